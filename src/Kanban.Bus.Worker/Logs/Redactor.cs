using System.Buffers;
using System.Text;

namespace Kanban.Bus.Worker.Logs;

/// <summary>Puts stars over a run's secrets wherever its output leaves the host. As many stars as there were bytes, so that every offset stays what it is in the file.</summary>
/// <remarks>
/// Given up: the length of a secret shows. Won: what the board has is the file, byte for byte in its place, so that an upload goes on anywhere, after any restart, without a map of offsets.
/// Line breaks are passed over while it looks: <c>base64</c> breaks its lines, terminals break long ones, and keys have many.
/// </remarks>
internal sealed class Redactor
{
    private const char Star = '*';

    /// <summary>What stands before a line break is held back only if so much of a secret stands there: nearly every line ends with a character that some form begins with.</summary>
    private const int LeastBeforeBreak = 8;

    private readonly string[] _forms;
    private readonly SearchValues<string> _any;
    private readonly SearchValues<char> _first;
    private readonly int _longest;

    /// <param name="secrets">Values; those under <see cref="SecretForms.ShortestBytes"/> are passed over.</param>
    public Redactor(IEnumerable<string> secrets)
    {
        _forms = [.. secrets.SelectMany(s => SecretForms.Lines(s).Prepend(s)).SelectMany(SecretForms.Of)
            .Where(f => f.Length >= SecretForms.ShortestBytes).Distinct(StringComparer.Ordinal).OrderByDescending(f => f.Length)];
        _any = SearchValues.Create(_forms, StringComparison.Ordinal);
        _first = SearchValues.Create([.. _forms.Select(f => f[0]).Distinct()]);
        _longest = _forms.Length == 0 ? 0 : _forms[0].Length;
    }

    /// <summary>Bytes before and after a piece that must be seen to know what in the piece belongs to a secret, line breaks included.</summary>
    public int Context => 2 * _longest;

    /// <summary>Puts stars over every secret that is whole in these bytes.</summary>
    /// <param name="more">The stream may go on behind them.</param>
    /// <returns>How many of them may be shown: the rest may be the beginning of a secret.</returns>
    public int Redact(Span<byte> bytes, bool more)
    {
        if (_forms.Length == 0)
            return bytes.Length;
        var letters = ArrayPool<char>.Shared.Rent(bytes.Length);
        try
        {
            var places = new Places(bytes, letters);
            ReadOnlySpan<char> text = letters.AsSpan(0, places.Length);
            for (var at = 0; text[at..].IndexOfAny(_any) is var next and >= 0; at += next + 1)
                Cover(bytes, places, at + next, LongestAt(text[(at + next)..]));
            return more ? HoldBack(bytes, text, places) : bytes.Length;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(letters, clearArray: true);
        }
    }

    /// <summary>A text without secrets, as long as it was.</summary>
    public string? Redact(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        Redact(bytes, more: false);
        return Encoding.UTF8.GetString(bytes);
    }

    private int LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var form in _forms)
            if (text.StartsWith(form, StringComparison.Ordinal))
                return form.Length;
        throw new InvalidOperationException("What was found begins with none of the forms.");
    }

    private static void Cover(Span<byte> bytes, Places places, int from, int length)
    {
        for (var at = from; at < from + length;)
        {
            var (start, count) = places.Run(at, from + length - at);
            bytes.Slice(start, count).Fill((byte)Star);
            at += count;
        }
    }

    /// <summary>The longest end that a form begins with stays until it is known how it goes on.</summary>
    private int HoldBack(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> text, Places places)
    {
        for (var at = Math.Max(0, text.Length - _longest + 1); at < text.Length; at++)
        {
            var step = text[at..].IndexOfAny(_first);
            if (step < 0)
                break;
            at += step;
            var end = text[at..];
            if (!IsBeginning(end))
                continue;
            var held = places.Run(at, 1).Start;
            if (end.Length >= LeastBeforeBreak || bytes[held..].IndexOfAny((byte)'\n', (byte)'\r') < 0)
                return held;
        }
        return bytes.Length;
    }

    private bool IsBeginning(ReadOnlySpan<char> end)
    {
        foreach (var form in _forms)
            if (form.Length > end.Length && form.AsSpan().StartsWith(end, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>Bytes as letters without line breaks, and where each letter came from.</summary>
    private sealed class Places
    {
        // Stretches between breaks: where each begins among the letters, and among the bytes.
        private readonly List<int> _letters = [];
        private readonly List<int> _bytes = [];

        public Places(ReadOnlySpan<byte> bytes, Span<char> letters)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var length = bytes[at..].IndexOfAny((byte)'\n', (byte)'\r');
                length = length < 0 ? bytes.Length - at : length;
                if (length > 0)
                {
                    _letters.Add(Length);
                    _bytes.Add(at);
                    Encoding.Latin1.GetChars(bytes.Slice(at, length), letters[Length..]);
                    Length += length;
                }
                at += length + 1;
            }
        }

        public int Length { get; }

        /// <summary>The bytes of at most so many letters, as far as no break comes between.</summary>
        public (int Start, int Count) Run(int letter, int most)
        {
            var found = _letters.BinarySearch(letter);
            var stretch = found >= 0 ? found : ~found - 1;
            var end = stretch + 1 < _letters.Count ? _letters[stretch + 1] : Length;
            return (_bytes[stretch] + letter - _letters[stretch], Math.Min(most, end - letter));
        }
    }
}
