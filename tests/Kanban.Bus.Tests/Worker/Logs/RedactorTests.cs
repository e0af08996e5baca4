using System.Net;
using System.Text;
using System.Text.Json;
using Kanban.Bus.Worker.Logs;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker.Logs;

/// <summary>Secrets in a run's output, however they are written and wherever the reading stops in between.</summary>
public sealed class RedactorTests : IDisposable
{
    private const string Secret = "s3cr&t/+\"väl'ue\\#42%kbr_0123456789";
    private const string Key = "-----BEGIN KEY-----\nMIIBVgIBADANBgkqhkiG9w0B\nAQEFAASCAUAwggE8AgEAAkEA\n-----END KEY-----";
    private static readonly Redactor Redactor = new([Secret, Key]);
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-redact-").FullName;

    public static TheoryData<string, string> Forms => new()
    {
        { "plain", Secret },
        { "base64", Base64(Secret) },
        { "base64 after one byte", Base64("u" + Secret) },
        { "base64 within a login", Base64("me:" + Secret + "@host") },
        { "base64 of two bytes more", Base64("ab" + Secret + "tail") },
        { "base64 for addresses", Base64(Secret).Replace('+', '-').Replace('/', '_').TrimEnd('=') },
        { "base64 in lines", Wrapped(Base64("some words that come first, " + Secret + Secret)) },
        { "URL", Uri.EscapeDataString(Secret) },
        { "form", WebUtility.UrlEncode(Secret)! },
        { "hex", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)) },
        { "JSON", JsonSerializer.Serialize(Secret) },
        { "HTML", WebUtility.HtmlEncode(Secret) },
        { "shell", "'" + Secret.Replace("'", "'\\''", StringComparison.Ordinal) + "'" },
        { "of many lines", Key },
        { "of many lines in JSON", JsonSerializer.Serialize(Key) },
        { "with a terminal's line ends", Key.Replace("\n", "\r\n", StringComparison.Ordinal) },
        { "one line of many", "AQEFAASCAUAwggE8AgEAAkEA" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_shows_as_stars_wherever_the_reading_stopped_in_between(string form, string written)
    {
        var text = Encoding.UTF8.GetBytes("before it\n" + written + "\nafter it\n");
        var whole = Sent(text, text.Length, form);

        Assert.Equal(text.Length, whole.Length);
        Assert.StartsWith("before it\n", Encoding.UTF8.GetString(whole), StringComparison.Ordinal);
        Assert.EndsWith("\nafter it\n", Encoding.UTF8.GetString(whole), StringComparison.Ordinal);
        Assert.True(whole.Count(b => b == '*') >= 20, $"{form}: {Encoding.UTF8.GetString(whole)}");
        for (var split = 1; split < text.Length; split++)
        {
            var sent = Sent(text, split, form);
            // At most seven letters before a line break may have gone out before it was known that more of a secret follows.
            var early = Enumerable.Range(0, text.Length).Where(i => sent[i] != whole[i]).ToList();
            Assert.True(early.Count < 8 && early.All(i => i < split && text.AsSpan(i, split - i).IndexOfAny((byte)'\n', (byte)'\r') >= 0), $"{form} split at {split}");
        }
    }

    [Fact]
    public void Reading_may_go_on_at_any_byte()
    {
        var text = Encoding.UTF8.GetBytes($"a {Secret} b {Base64(Secret)} c\n{Key}\nend");
        var whole = Sent(text, text.Length, "whole");

        for (var from = 0; from < text.Length; from++)
        {
            using var file = Open("again", text);
            file.Sent = from;
            Assert.Equal(whole[from..], ReadAll(file, ended: true));
        }
    }

    [Fact]
    public void What_is_no_secret_is_shown_at_once_and_unchanged()
    {
        var text = Encoding.UTF8.GetBytes("s3cr\nall words that end with s\nMI\n" + new string('x', 70_000) + "\0\xFF\r50%\r100%\n");

        using var file = Open("plain", text);

        Assert.Equal(text, ReadAll(file, ended: false));
    }

    [Fact]
    public void What_may_become_a_secret_waits_for_what_follows()
    {
        using var file = Open("waits", "Password: s3cr&t/+"u8.ToArray());
        Assert.Equal("Password: "u8.ToArray(), ReadAll(file, ended: false));

        File.AppendAllText(Path.Combine(_folder, "waits"), " was wrong");
        Assert.Equal("s3cr&t/+ was wrong"u8.ToArray(), ReadAll(file, ended: false));
    }

    [Fact]
    public void A_short_value_is_not_looked_for()
    {
        Assert.Equal("all is well", new Redactor(["all", ""]).Redact("all is well"));
        Assert.Equal("****** is well", new Redactor(["all, a"]).Redact("all, a is well"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private byte[] Sent(byte[] text, int split, string name)
    {
        var path = Path.Combine(_folder, "split");
        using var file = Open("split", text[..split]);
        var first = ReadAll(file, ended: false);
        using (var more = new FileStream(path, FileMode.Append))
            more.Write(text.AsSpan(split));
        var all = (byte[])[.. first, .. ReadAll(file, ended: true)];
        Assert.True(all.Length == text.Length, $"{name}: {all.Length} of {text.Length} bytes");
        return all;
    }

    private LogFile Open(string name, byte[] text)
    {
        File.WriteAllBytes(Path.Combine(_folder, name), text);
        return new LogFile(new RunDirectory(_folder, Guid.Empty), name, 1 << 20, Redactor);
    }

    private static byte[] ReadAll(LogFile file, bool ended)
    {
        var all = new List<byte>();
        var buffer = new byte[1000];
        for (int read; (read = file.Next(buffer, ended)) > 0; file.Sent += read)
            all.AddRange(buffer[..read]);
        return [.. all];
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Wrapped(string text) => string.Join('\n', text.Chunk(76).Select(line => new string(line)));
}
