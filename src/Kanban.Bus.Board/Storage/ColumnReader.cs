using System.Collections.Concurrent;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kanban.Bus.Board.Storage;

/// <summary>Reads one property of many rows into an array of what its column holds.</summary>
/// <remarks>Compiled once for a property: going through an entry for each value took as long as the writing itself.</remarks>
internal abstract class ColumnReader
{
    private static readonly ConcurrentDictionary<IProperty, ColumnReader> Known = new();

    public static ColumnReader Of(IProperty property) => Known.GetOrAdd(property, static p =>
    {
        var converter = p.GetTypeMapping().Converter;
        var stored = converter?.ProviderClrType ?? p.ClrType;
        var element = stored.IsValueType && Nullable.GetUnderlyingType(stored) is null ? typeof(Nullable<>).MakeGenericType(stored) : stored;
        return (ColumnReader)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(element), p, converter)!;
    });

    /// <param name="ofOriginal">As the rows were read, not as they are now.</param>
    public abstract Array Read(List<EntityEntry> rows, bool ofOriginal);

    private sealed class Typed<T>(IProperty property, ValueConverter? converter) : ColumnReader
    {
        private readonly Func<object, T?> _read = Compiled(property, converter);

        public override Array Read(List<EntityEntry> rows, bool ofOriginal)
        {
            var values = new T?[rows.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = ofOriginal ? Stored(rows[i].Property(property.Name).OriginalValue) : _read(rows[i].Entity);
            return values;
        }

        private T? Stored(object? value) => (T?)(converter is null || value is null ? value : converter.ConvertToProvider(value));

        private static Func<object, T?> Compiled(IProperty property, ValueConverter? converter)
        {
            var row = Expression.Parameter(typeof(object));
            Expression value = Expression.MakeMemberAccess(Expression.Convert(row, property.DeclaringType.ClrType), property.GetMemberInfo(forMaterialization: false, forSet: false));
            if (converter is not null)
            {
                // A converter takes no null, and no value in a Nullable.
                var given = converter.ModelClrType;
                var converted = Expression.Convert(Expression.Invoke(converter.ConvertToProviderExpression, value.Type == given ? value : Expression.Convert(value, given)), typeof(T));
                value = value.Type.IsValueType && Nullable.GetUnderlyingType(value.Type) is null
                    ? converted
                    : Expression.Condition(Expression.Equal(value, Expression.Constant(null, value.Type)), Expression.Default(typeof(T)), converted);
            }
            else if (value.Type != typeof(T))
                value = Expression.Convert(value, typeof(T));
            return Expression.Lambda<Func<object, T?>>(value, row).Compile();
        }
    }
}
