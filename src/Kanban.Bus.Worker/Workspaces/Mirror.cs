using System.Security.Cryptography;
using System.Text;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>The worker's own bare copy of a repository, of which it makes worktrees. People's clones are never worked in; runs share nothing with them but a branch that is pushed.</summary>
/// <remarks>Settings, hooks and attributes of the copy are written anew before each run, so what a run leaves there does not reach the next.</remarks>
internal sealed class Mirror(string path, string address, TimeProvider clock)
{
    private const string AddressFile = ".address";
    private const int NameLength = 40;
    private static readonly TimeSpan OldLock = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Transfer = TimeSpan.FromMinutes(30);

    public string Path => path;

    public DateTime Now => clock.GetUtcNow().UtcDateTime;

    public static Mirror Of(string root, string address, TimeProvider clock)
    {
        var name = new string([.. System.IO.Path.GetFileNameWithoutExtension(address.TrimEnd('/')).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(NameLength)]);
        return new Mirror(System.IO.Path.Combine(root, $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..12]}.git"), address, clock);
    }

    /// <summary>One that was made earlier.</summary>
    public static Mirror At(string path, TimeProvider clock) => new(path, File.ReadAllText(path + AddressFile).Trim(), clock);

    public Task<string> GitAsync(CancellationToken ct, params IEnumerable<string> words) => Git.RunAsync(Quick, ct, ["--git-dir", path, .. words]);

    public Task<bool> HasAsync(string reference, CancellationToken ct) => Git.SaysAsync(Quick, ct, "--git-dir", path, "rev-parse", "--verify", "--quiet", reference + "^{commit}");

    /// <summary>Makes it where it is not there, and fetches what is new.</summary>
    /// <returns>The commit that new work begins at: the repository's own HEAD.</returns>
    public async Task<string> RefreshAsync(CancellationToken ct)
    {
        if (!Directory.Exists(path))
        {
            var making = path + ".making";
            OwnFolder.Remove(making);
            Directory.CreateDirectory(making, OwnFolder.OwnerOnly);
            await Git.RunAsync(Quick, ct, "init", "--quiet", "--bare", "--template=", "--", making);
            AtomicFile.Write(path + AddressFile, address);
            Directory.Move(making, path);
        }
        Tidy();
        await Git.RunAsync(Transfer, ct, "--git-dir", path, "fetch", "--quiet", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*", "+HEAD:refs/kanban/base");
        return await GitAsync(ct, "rev-parse", "--verify", "refs/kanban/base^{commit}");
    }

    /// <summary>Pushes a branch of the copy to the repository, and never over what is there.</summary>
    public Task PushAsync(string branch, CancellationToken ct) =>
        Git.RunAsync(Transfer, ct, "--git-dir", path, "push", "--quiet", "--no-verify", "origin", $"refs/heads/{branch}:refs/heads/{branch}");

    /// <summary>Puts what steers git back as it should be.</summary>
    public void Tidy()
    {
        AtomicFile.Write(System.IO.Path.Combine(path, "config"), $"""
            [core]
            	repositoryformatversion = 0
            	filemode = true
            	bare = true
            [remote "origin"]
            	url = {Quoted(address)}
            [user]
            	name = kanban
            	email = kanban@localhost
            [gc]
            	auto = 0

            """);
        foreach (var planted in (string[])["hooks", "info"])
            OwnFolder.Remove(System.IO.Path.Combine(path, planted));
        foreach (var planted in (string[])["config.worktree", "objects/info/alternates", "commondir"])
            File.Delete(System.IO.Path.Combine(path, planted));
        // What people attached is no work of the task's.
        Directory.CreateDirectory(System.IO.Path.Combine(path, "info"), OwnFolder.OwnerOnly);
        AtomicFile.Write(System.IO.Path.Combine(path, "info", "exclude"), "/attachments/\n");
        // A run that was killed in mid-step leaves these. Fresh ones may be at work: other runs share the copy.
        foreach (var left in (string[])["config.lock", "packed-refs.lock", "HEAD.lock", "shallow.lock"])
            if (File.GetLastWriteTimeUtc(System.IO.Path.Combine(path, left)) < Now - OldLock)
                File.Delete(System.IO.Path.Combine(path, left));
    }

    private static string Quoted(string value) => "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
