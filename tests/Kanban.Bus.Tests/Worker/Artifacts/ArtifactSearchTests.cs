using Kanban.Bus.Worker.Artifacts;

namespace Kanban.Bus.Tests.Worker.Artifacts;

public sealed class ArtifactSearchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-search-").FullName;

    public ArtifactSearchTests()
    {
        foreach (var name in (string[])["report.md", "a.log", "out/b.log", "out/deep/c.bin", "out.txt", ".home/secret", ".tmp/x.log", ".git/config", "src/.git/x", "sp ace/[x].md"])
        {
            var path = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, name);
        }
        File.CreateSymbolicLink(Path.Combine(_folder, "passwd.log"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "out", "etc"), "/etc");
    }

    [Theory]
    [InlineData("report.md", "report.md")]
    [InlineData("*.log", "a.log")]
    [InlineData("**/*.log", "a.log,out/b.log")]
    [InlineData("out", "out/b.log,out/deep/c.bin")]
    [InlineData("out/", "out/b.log,out/deep/c.bin")]
    [InlineData("out/*", "out/b.log,out/deep/c.bin")]
    [InlineData("out/**/?.bin", "out/deep/c.bin")]
    [InlineData("sp ace/[x].md", "sp ace/[x].md")]
    [InlineData("**", "a.log,out.txt,out/b.log,out/deep/c.bin,report.md,sp ace/[x].md,src/.git/x")]
    [InlineData("nothing", "")]
    public void A_pattern_finds_files_of_the_workspace_and_follows_no_link(string pattern, string found)
    {
        var (files, whole) = ArtifactSearch.Find(_folder, [pattern]);

        Assert.True(whole);
        Assert.Equal(found.Split(',', StringSplitOptions.RemoveEmptyEntries), files.Select(f => f.Name));
    }

    [Fact]
    public void Several_patterns_find_each_file_once() =>
        Assert.Equal(["a.log", "report.md"], ArtifactSearch.Find(_folder, ["*.log", "a.*", "report.md"]).Files.Select(f => f.Name));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
