using Kanban.Bus.Board.Runs;

namespace Kanban.Bus.Tests.Runs;

/// <summary>Two errors are the same when only what differs from run to run differs.</summary>
public sealed class FingerprintTests
{
    [Theory]
    [InlineData("Connection to 10.0.0.7:8443 timed out after 30.5 s", "connection to 10.2.0.19:9000 timed out after 4 s")]
    [InlineData("2026-05-01T08:00:00.123Z worker said no", "2026-11-22 09:15:01 worker said no")]
    [InlineData("cannot open /home/a/web-1/x.txt: no such file", "cannot open /srv/b/web-2/y.json: no such file")]
    [InlineData(@"cannot open C:\a\b.txt", @"cannot open D:\c.txt")]
    [InlineData("run 0197e1f2-1c3b-7aaa-8bbb-123456789abc died", "run 0197e1f2-ffff-7aaa-8bbb-abcdefabcdef died")]
    [InlineData("object deadbeef01 at 0x7ffe12 is bad", "object 0123456789abcdef at 0x1 is bad")]
    [InlineData("task web-31  failed", "task web-4 failed")]
    [InlineData("GET https://api.example.com/v1/x?y=1 said 429", "GET https://api.example.com/v2/z said 503")]
    public void What_differs_from_run_to_run_is_left_out(string one, string other) =>
        Assert.Equal(Fingerprint.Of(one, null), Fingerprint.Of(other, null));

    [Theory]
    [InlineData("exit 1", "exit 127: a command was not found")]
    [InlineData("exit 1", "exit 2")]
    [InlineData("no such file", "no such host")]
    public void Different_errors_stay_different(string one, string other) =>
        Assert.NotEqual(Fingerprint.Of(one, null), Fingerprint.Of(other, null));

    [Fact]
    public void The_last_line_that_was_written_counts_where_the_exit_status_says_little()
    {
        Assert.NotEqual(Fingerprint.Of("exit 1", "a\nno key\n"), Fingerprint.Of("exit 1", "a\nno disk\n"));
        Assert.Equal(Fingerprint.Of("exit 1", "first 1\nno key 5\n"), Fingerprint.Of("exit 1", "other\nno key 6"));
        Assert.Equal("exit 1 | no key #", Fingerprint.Of("exit 1", "no key 6"));
    }

    [Fact]
    public void It_is_bounded_whatever_was_written()
    {
        var long1 = string.Concat(Enumerable.Repeat("a/b/c 1:2 ", 200_000));

        Assert.Equal(Fingerprint.Length, Fingerprint.Of(long1, long1).Length);
        Assert.Equal("", Fingerprint.Of(null, null));
    }
}
