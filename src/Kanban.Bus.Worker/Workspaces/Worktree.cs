using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>A worktree of a mirror for one task, on the branch <c>kanban/TASK</c>. Later runs of the task here go on in it; on other hosts they begin with what was pushed.</summary>
internal sealed class Worktree(Mirror mirror, string path)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(5);
    private readonly string _name = System.IO.Path.GetFileName(path);

    private string Branch => "kanban/" + _name;
    private string Head => "refs/heads/" + Branch;
    private string Pushed => "refs/remotes/origin/" + Branch;

    /// <summary>Git's own notes on it.</summary>
    private string Notes => System.IO.Path.Combine(mirror.Path, "worktrees", _name);

    public async Task<Place> OpenAsync(CancellationToken ct)
    {
        var start = await mirror.RefreshAsync(ct);
        if (!TryTidy())
        {
            MoveAside();
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, OwnFolder.OwnerOnly);
            var (here, there) = (await mirror.HasAsync(Head, ct), await mirror.HasAsync(Pushed, ct));
            // What another host pushed since goes first, unless this one has work that nobody else has.
            if (there && (!here || await Git.SaysAsync(Quick, ct, "--git-dir", mirror.Path, "merge-base", "--is-ancestor", Head, Pushed)))
                await mirror.GitAsync(ct, "branch", "--quiet", "--no-track", "--force", Branch, Pushed);
            else if (!here)
                await mirror.GitAsync(ct, "branch", "--quiet", "--no-track", Branch, start);
            await Git.RunAsync(Quick, ct, "--git-dir", mirror.Path, "worktree", "add", "--quiet", path, Branch);
        }
        return new Place(WorkspaceKind.Worktree, path, mirror.Path, Branch, await mirror.GitAsync(ct, "rev-parse", Head));
    }

    /// <summary>Pushes what the run committed, and removes the worktree where nothing would be lost with it.</summary>
    /// <param name="began">The commit it stood at when the run began.</param>
    /// <param name="push">False: what it committed stays here.</param>
    /// <returns>What goes to the board: branch, commit, and what was left where.</returns>
    public async Task<JsonObject> CloseAsync(string began, bool succeeded, bool push, CancellationToken ct)
    {
        mirror.Tidy();
        if (!TryTidy())
        {
            var stood = PlainFile.ReadAllText(System.IO.Path.Combine(Notes, "HEAD"))?.Trim() is { Length: > 0 } at ? ", but at " + at.Replace("ref: refs/heads/", "", StringComparison.Ordinal) : "";
            var fault = $"the worktree is no longer on the branch {Branch}{stood}: the task's next run begins without it";
            return new JsonObject { ["branch"] = Branch, ["pushed"] = false, ["kept"] = MoveAside(), ["fault"] = fault };
        }
        var commit = await mirror.GitAsync(ct, "rev-parse", Head);
        var commits = int.Parse(await mirror.GitAsync(ct, "rev-list", "--count", Head, "^" + began), System.Globalization.CultureInfo.InvariantCulture);
        var uncommitted = (await Git.RunAsync(Quick, ct, "--git-dir", Notes, "--work-tree", path, "status", "--porcelain")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        var report = new JsonObject { ["branch"] = Branch, ["commit"] = commit, ["commits"] = commits };
        var only = await mirror.GitAsync(ct, "rev-list", "--count", Head, "--not", "--remotes=origin") != "0";
        if (only && !push)
        {
            report["pushed"] = false;
        }
        else if (only)
        {
            try
            {
                await mirror.PushAsync(Branch, ct);
                only = false;
                report["pushed"] = true;
            }
            catch (GitFailedException e)
            {
                report["pushed"] = false;
                report["fault"] = e.Message;
            }
        }
        if (uncommitted > 0)
            report["uncommitted"] = uncommitted;
        if (succeeded && uncommitted == 0 && !only)
        {
            await RemoveAsync(ct);
            await mirror.GitAsync(ct, "branch", "--quiet", "-D", Branch);
        }
        else
        {
            report["kept"] = path;
            Directory.SetLastWriteTimeUtc(Notes, mirror.Now);
        }
        return report;
    }

    /// <summary>The branch stays.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        OwnFolder.Remove(path);
        await mirror.GitAsync(ct, "worktree", "prune", "--expire", "now");
    }

    /// <summary>What stands in the worktree's place and is none on the task's branch, such as one in which a run changed the branch, makes way and is not lost: it goes on as a worktree of another name.</summary>
    /// <returns>Where it is now; null when there was nothing.</returns>
    private string? MoveAside()
    {
        if (System.IO.Path.Exists(path))
        {
            var notes = NotesOf() ?? throw new GitFailedException($"{path} is there already, and is no worktree of this worker's");
            var name = Enumerable.Range(1, int.MaxValue).Select(n => $".left-{n}").First(end => !System.IO.Path.Exists(path + end) && !System.IO.Path.Exists(notes + end));
            Directory.Move(path, path + name);
            if (Directory.Exists(notes))
            {
                Directory.Move(notes, notes + name);
                AtomicFile.Write(System.IO.Path.Combine(notes + name, "gitdir"), System.IO.Path.Combine(path + name, ".git") + "\n");
                AtomicFile.Write(System.IO.Path.Combine(path + name, ".git"), $"gitdir: {notes + name}\n");
                Directory.SetLastWriteTimeUtc(notes + name, mirror.Now);
            }
            OwnFolder.Remove(Notes);
            return path + name;
        }
        OwnFolder.Remove(Notes);
        return null;
    }

    /// <summary>Git's notes on what stands there, which may be of another repository that the task had; null for what people or another worker made.</summary>
    private string? NotesOf()
    {
        const string mark = "gitdir: ";
        var link = System.IO.Path.Combine(path, ".git");
        var own = System.IO.Path.GetDirectoryName(mirror.Path) + "/";
        return File.Exists(link) && PlainFile.ReadAllText(link)?.Trim() is { } said && said.StartsWith(mark + own, StringComparison.Ordinal) && System.IO.Path.GetFullPath(said[mark.Length..]) is var notes
                && notes.StartsWith(own, StringComparison.Ordinal) && System.IO.Path.GetFileName(notes) == _name ? notes
            : Directory.Exists(Notes) ? Notes
            : null;
    }

    /// <summary>Puts right what a run may have changed of how git finds the worktree, and takes away locks of calls that were killed: the task has no other run here.</summary>
    /// <returns>False when there is none on the task's branch.</returns>
    private bool TryTidy()
    {
        var head = System.IO.Path.Combine(Notes, "HEAD");
        if (!Directory.Exists(path) || PlainFile.ReadAllText(head)?.TrimEnd() != "ref: " + Head)
            return false;
        foreach (var left in Directory.EnumerateFiles(Notes, "*.lock").ToList())
            File.Delete(left);
        File.Delete(System.IO.Path.Combine(Notes, "config.worktree"));
        AtomicFile.Write(System.IO.Path.Combine(Notes, "commondir"), "../..\n");
        AtomicFile.Write(System.IO.Path.Combine(Notes, "gitdir"), System.IO.Path.Combine(path, ".git") + "\n");
        AtomicFile.Write(System.IO.Path.Combine(path, ".git"), $"gitdir: {Notes}\n");
        return true;
    }
}
