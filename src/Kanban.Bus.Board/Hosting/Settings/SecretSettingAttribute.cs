namespace Kanban.Bus.Board.Hosting;

/// <summary>The value is never repeated in a message.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretSettingAttribute : Attribute;
