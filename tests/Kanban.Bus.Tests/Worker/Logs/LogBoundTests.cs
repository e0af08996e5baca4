using System.Text;
using Kanban.Bus.Worker.Logs;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Tests.Worker.Logs;

/// <summary>A stream that grows past its bound: beginning and end are kept, the disk gets the middle back, and a line says how much is missing.</summary>
public sealed class LogBoundTests : IDisposable
{
    private const int Most = 1 << 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-bound-").FullName;

    private string Out => Path.Combine(_folder, "stdout");

    [Fact]
    public void Beginning_and_end_are_kept_and_what_is_left_out_is_counted()
    {
        File.WriteAllBytes(Out, [.. Enumerable.Range(0, 3 * Most).Select(i => (byte)('a' + i % 26))]);
        File.AppendAllText(Out, "the last words");
        using var file = Open();
        var text = File.ReadAllBytes(Out);

        var live = ReadAll(file, ended: false);
        var rest = ReadAll(file, ended: true);

        Assert.Equal(text[..live.Length], live);
        Assert.InRange(live.Length, Most - 2 * LogFile.TailBytes, Most);
        Assert.InRange(live.Length + rest.Length, Most - 1024, Most);
        Assert.Equal(text[^LogFile.TailBytes..], rest[^LogFile.TailBytes..]);
        var left = text.Length - live.Length - LogFile.TailBytes;
        Assert.Equal($"\n[kanban: {left:N0} bytes of {text.Length:N0} left out here]\n", Encoding.UTF8.GetString(rest[..^LogFile.TailBytes]));

        // After a restart the board says where to go on, which may be anywhere.
        var whole = (byte[])[.. live, .. rest];
        foreach (var from in (int[])[0, live.Length - 1, live.Length + 3, whole.Length - 5])
        {
            using var again = Open();
            again.Sent = from;
            Assert.Equal(whole[from..], ReadAll(again, ended: true));
        }
    }

    [Fact]
    public void A_stream_within_its_bound_is_sent_whole()
    {
        File.WriteAllBytes(Out, [.. Enumerable.Range(0, Most).Select(i => (byte)(i % 251))]);
        using var file = Open();

        Assert.Equal(File.ReadAllBytes(Out), (byte[])[.. ReadAll(file, ended: false), .. ReadAll(file, ended: true)]);
    }

    [Fact]
    public void The_disk_gets_the_middle_back_and_the_stream_keeps_its_length()
    {
        File.WriteAllBytes(Out, [.. Enumerable.Repeat((byte)'x', 4 * Most)]);
        using var file = Open();

        file.GiveBack();
        Assert.DoesNotContain((byte)0, File.ReadAllBytes(Out));
        file.GiveBack();

        var text = File.ReadAllBytes(Out);
        Assert.Equal(4 * Most, text.Length);
        Assert.InRange(text.Count(b => b == 0), 2 * Most, 4 * Most - Most / 2);
        Assert.Equal(-1, text.AsSpan(0, (int)file.Wanted(ended: false)).IndexOf((byte)0));
        Assert.Equal(-1, text.AsSpan(text.Length - LogFile.TailBytes).IndexOf((byte)0));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private LogFile Open() => new(new RunDirectory(_folder, Guid.Empty), "stdout", Most, new Redactor(["kbr_secret"]));

    private static byte[] ReadAll(LogFile file, bool ended)
    {
        var all = new MemoryStream();
        var buffer = new byte[100_000];
        for (int read; (read = file.Next(buffer, ended)) > 0; file.Sent += read)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }
}
