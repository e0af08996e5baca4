using System.Collections;
using System.Text.Json;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker;

/// <summary>The settings that go from the program which reads them to the one which is the worker.</summary>
public sealed class WorkerOptionsJsonTests
{
    [Fact]
    public void Every_setting_arrives_as_it_was_given()
    {
        var given = new WorkerOptions();
        var filled = Fill(given);

        var arrived = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(given, WorkerOptionsJson.Default.WorkerOptions), WorkerOptionsJson.Default.WorkerOptions)!;

        Assert.InRange(filled, 45, 200);
        Assert.Equal(Flat("", given), Flat("", arrived));
    }

    /// <summary>Gives each setting, at any depth, another value than its default.</summary>
    /// <returns>How many.</returns>
    private static int Fill(object at)
    {
        var filled = 0;
        foreach (var property in at.GetType().GetProperties().Where(p => p.GetMethod!.IsPublic))
        {
            var value = property.GetValue(at);
            if (value is IList list)
                list.Add(property.Name);
            else if (value is IDictionary entries)
                entries["one"] = New(property.PropertyType.GetGenericArguments()[1], 3, ref filled);
            else if (property.SetMethod is { IsPublic: true })
                property.SetValue(at, New(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, value, ref filled));
            else
                Assert.Fail($"{property.Name} can't be set.");
            filled++;
        }
        return filled;
    }

    private static object New(Type type, object? now, ref int filled)
    {
        if (type == typeof(string))
            return "some text";
        if (type == typeof(bool))
            return now is not true;
        if (type == typeof(TimeSpan))
            return TimeSpan.FromSeconds(77.5);
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().First(v => !v.Equals(now));
        if (type.IsPrimitive || type == typeof(decimal))
            return Convert.ChangeType(57, type, System.Globalization.CultureInfo.InvariantCulture);
        var made = Activator.CreateInstance(type)!;
        filled += Fill(made);
        return made;
    }

    private static List<string> Flat(string path, object? at) => at switch
    {
        null => [$"{path}=null"],
        string or TimeSpan or decimal or Enum => [$"{path}={at}"],
        IDictionary map => [.. map.Keys.Cast<string>().SelectMany(key => Flat($"{path}[{key}]", map[key]))],
        IList list => [.. list.Cast<object>().SelectMany((e, i) => Flat($"{path}[{i}]", e))],
        _ when at.GetType().IsPrimitive => [$"{path}={at}"],
        _ => [.. at.GetType().GetProperties().Where(p => p.GetMethod!.IsPublic).SelectMany(p => Flat($"{path}:{p.Name}", p.GetValue(at)))],
    };
}
