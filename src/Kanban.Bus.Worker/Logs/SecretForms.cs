using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kanban.Bus.Worker.Logs;

/// <summary>The forms in which a secret may show in output. Each is a string of bytes (Latin-1), without the line breaks that whoever prints it may put anywhere.</summary>
internal static class SecretForms
{
    /// <summary>Shorter values are words that output is full of: they are not looked for.</summary>
    public const int ShortestBytes = 6;

    /// <summary>A longer value is looked for in pieces of this size.</summary>
    public const int PieceBytes = 4096;

    /// <summary>As it is, base64 at each of the three places a byte may have in it, URL-encoded, hexadecimal, escaped for JSON, for HTML and within a shell's quotes.</summary>
    public static IEnumerable<string> Of(string value)
    {
        foreach (var piece in Encoding.UTF8.GetBytes(value).Chunk(PieceBytes).Where(p => p.Length >= ShortestBytes))
        {
            yield return Raw(piece);
            foreach (var form in Base64(piece))
                yield return form;
            var hex = Convert.ToHexString(piece);
            yield return hex;
            yield return hex.ToLowerInvariant();
            // The rest is about text. A character that a piece cuts in two is in none of these forms.
            var text = Encoding.UTF8.GetString(piece);
            foreach (var form in Escaped(text))
                yield return Raw(Encoding.UTF8.GetBytes(form));
        }
    }

    /// <summary>Of a value of many lines also each line: a program may print one alone.</summary>
    public static IEnumerable<string> Lines(string value) =>
        value.AsSpan().IndexOfAny('\r', '\n') < 0 ? [] : value.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line.Length >= 16);

    private static IEnumerable<string> Base64(byte[] secret)
    {
        for (var before = 0; before < 3; before++)
        {
            var whole = Convert.ToBase64String([.. new byte[before], .. secret]);
            // The first characters hold bits of what stands before it, the last ones of what follows: they differ from place to place.
            var from = before == 0 ? 0 : before + 1;
            var form = whole[from..((before + secret.Length) * 8 / 6)];
            yield return form;
            if (form.AsSpan().IndexOfAny('+', '/') >= 0)
                yield return form.Replace('+', '-').Replace('/', '_');
        }
    }

    private static IEnumerable<string> Escaped(string text)
    {
        var url = Uri.EscapeDataString(text);
        yield return url;
        yield return LowerHex(url);
        yield return url.Replace("%20", "+", StringComparison.Ordinal);
        yield return WebUtility.UrlEncode(text);
        yield return Json(text, JavaScriptEncoder.Default);
        yield return Json(text, JavaScriptEncoder.Default).ToLowerEscapes();
        yield return Json(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        yield return Json(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Replace("/", "\\/", StringComparison.Ordinal);
        yield return WebUtility.HtmlEncode(text);
        yield return text.Replace("'", "'\\''", StringComparison.Ordinal);
        yield return text.Replace("'", "'\"'\"'", StringComparison.Ordinal);
    }

    private static string Json(string text, JavaScriptEncoder encoder) => JsonEncodedText.Encode(text, encoder).Value;

    /// <summary>%2F becomes %2f; what is not escaped keeps its case.</summary>
    private static string LowerHex(string url) => Rewrite(url, '%', 2);

    /// <summary>The escapes of JSON written with small letters: \u00E9 becomes \u00e9.</summary>
    private static string ToLowerEscapes(this string json) => Rewrite(json, 'u', 4);

    private static string Rewrite(string text, char mark, int digits)
    {
        var letters = text.ToCharArray();
        for (var i = 0; i + digits < letters.Length; i++)
        {
            if (letters[i] != mark || (mark == 'u' && (i == 0 || letters[i - 1] != '\\')))
                continue;
            for (var d = 1; d <= digits; d++)
                letters[i + d] = char.ToLower(letters[i + d], CultureInfo.InvariantCulture);
            i += digits;
        }
        return new string(letters);
    }

    private static string Raw(byte[] bytes) => Encoding.Latin1.GetString(bytes).Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
}
