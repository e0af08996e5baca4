using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Reads settings into options, property by property, and keeps a sentence for everything that is wrong, so that one start tells all.</summary>
internal sealed class SettingsReader
{
    private readonly Dictionary<string, string> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _known = [];

    public SettingsReader(IConfiguration settings)
    {
        foreach (var (key, value) in settings.AsEnumerable())
            if (value is not null)
                _given[key] = value;
    }

    public List<string> Errors { get; } = [];

    /// <summary>Fills what is given; the rest keeps its default. An empty value counts as not given.</summary>
    public void Fill(object options, string prefix = "")
    {
        foreach (var property in options.GetType().GetProperties().Where(p => p.CanWrite))
        {
            var key = prefix + property.Name;
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (type == typeof(string[]))
                FillList(options, property, key);
            else if (type.IsClass && type != typeof(string))
                Fill(property.GetValue(options)!, key + ":");
            else
                FillOne(options, property, type, key);
        }
    }

    /// <summary>Call when everything is filled: what nobody asked for is a slip of somebody's.</summary>
    public void RefuseUnknown()
    {
        foreach (var key in _given.Keys.Where(k => !_used.Contains(k)).Order(StringComparer.OrdinalIgnoreCase))
        {
            var nearest = Nearest.To(key, _known) ?? Nearest.To(key[(key.LastIndexOf(':') + 1)..], _known.Select(k => k[(k.LastIndexOf(':') + 1)..])) switch
            {
                { } last => _known.First(k => k.EndsWith(last, StringComparison.Ordinal)),
                null => null,
            };
            Errors.Add($"There is no setting '{key}'." + (nearest is null ? $" The settings are {string.Join(", ", _known)}." : Nearest.Hint(nearest)));
        }
    }

    private void FillOne(object options, PropertyInfo property, Type type, string key)
    {
        _known.Add(key);
        _used.Add(key);
        if (!_given.TryGetValue(key, out var text) || text.Length == 0)
            return;

        var shown = property.IsDefined(typeof(SecretSettingAttribute)) ? "" : $" '{text}'";
        var range = property.GetCustomAttribute<RangeAttribute>();
        if (Parse(type, text) is not { } value)
            Errors.Add($"{key} is{shown}; {Expected(type, range)}.{(type.IsEnum ? Nearest.Hint(text, WordsOf(type)) : "")}");
        else if (range is not null && !IsWithin(range, value))
            Errors.Add($"{key} is{shown}; allowed are {Bounds(type, range)}.");
        else
            property.SetValue(options, value);
    }

    /// <summary>A list as JSON array, or as one text with commas between.</summary>
    private void FillList(object options, PropertyInfo property, string key)
    {
        _known.Add(key);
        _used.Add(key);
        var items = new List<string>();
        if (_given.TryGetValue(key, out var text))
            items.AddRange(text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        for (var i = 0; _given.TryGetValue($"{key}:{i}", out var item); i++)
        {
            _used.Add($"{key}:{i}");
            items.Add(item);
        }
        if (items.Count > 0)
            property.SetValue(options, items.ToArray());
    }

    private static object? Parse(Type type, string text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(TimeSpan))
            return Durations.TryParse(text, out var duration) ? duration : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? large : null;
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : null;
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>().FirstOrDefault(v => string.Equals(Word(v), text, StringComparison.OrdinalIgnoreCase));
        throw new NotSupportedException($"Settings of type {type} can't be read.");
    }

    private static string Expected(Type type, RangeAttribute? range) =>
        type == typeof(TimeSpan) ? $"give a time such as {Durations.Allowed}"
        : type == typeof(bool) ? "allowed are true and false"
        : type.IsEnum ? $"allowed are {string.Join(", ", WordsOf(type))}"
        : range is null ? "give a whole number" : $"give a whole number, {Bounds(type, range)}";

    private static bool IsWithin(RangeAttribute range, object value)
    {
        var (low, high) = Ends(value.GetType(), range);
        return ((IComparable)value).CompareTo(low) >= 0 && ((IComparable)value).CompareTo(high) <= 0;
    }

    private static string Bounds(Type type, RangeAttribute range)
    {
        var (low, high) = Ends(type, range);
        return $"{Shown(low)} to {Shown(high)}";
    }

    private static (object Low, object High) Ends(Type type, RangeAttribute range) => type == typeof(TimeSpan)
        ? (TimeSpan.Parse((string)range.Minimum, CultureInfo.InvariantCulture), TimeSpan.Parse((string)range.Maximum, CultureInfo.InvariantCulture))
        : (Convert.ChangeType(range.Minimum, type, CultureInfo.InvariantCulture), Convert.ChangeType(range.Maximum, type, CultureInfo.InvariantCulture));

    private static string Shown(object bound) => bound is TimeSpan time ? Durations.Write(time) : string.Format(CultureInfo.InvariantCulture, "{0:#,0}", bound);

    private static IEnumerable<string> WordsOf(Type type) => Enum.GetValues(type).Cast<object>().Select(Word);

    private static string Word(object value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()!);
}
