using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Executors;
using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Spool;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Workspaces;

/// <summary>Makes what runs work in, gives each place to one run at a time, and puts it in order afterwards.</summary>
internal sealed class Places(string home, TimeSpan keep, TimeProvider clock, ILogger log) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, Guid> _taken = new();
    private readonly ConcurrentDictionary<Guid, DirectoryLock> _locks = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _mirrors = new();

    /// <summary>Within a folder for the sessions of a task: the scratch directory of its runs, where these are tied to a path.</summary>
    public const string Settled = "workspace";

    private string Repositories => Path.Combine(home, "repositories");

    /// <summary>Completed when the place is made and no other run works in it: at once for most.</summary>
    /// <param name="settled">Where the run's scratch directory is to be made, for runs that can't do with any path.</param>
    /// <exception cref="RunNotStartedException">The profile does not allow it, or it can't be made; the message says why.</exception>
    public Task OpenAsync(Grant grant, ProfileOptions profile, RunDirectory directory, string? settled, CancellationToken ct)
    {
        var wanted = WorkspacePolicy.Allowed(grant.Workspace, grant.Profile, profile);
        return wanted.Kind switch
        {
            WorkspaceKind.Dir => OpenDirectoryAsync(grant, WorkspacePolicy.Directory(wanted.Of, grant.Profile, profile), profile.ShareDirs, directory, ct),
            WorkspaceKind.Worktree => OpenWorktreeAsync(grant, wanted.Of, profile.WorkspaceRoot ?? Path.Combine(home, "worktrees"), directory, ct),
            _ => settled is null ? Task.CompletedTask : OpenSettledAsync(grant, settled, directory, ct),
        };
    }

    /// <summary>A run that an earlier process started goes on in its place.</summary>
    public void TakeUp(Grant grant, Place place)
    {
        if (!_taken.TryAdd(place.Path, grant.RunId) || !TryLock(grant.RunId, place, DirectoryLock.Join))
            log.WorkspaceShared(grant.RunId, grant.TaskKey, place.Path);
    }

    /// <summary>To be called when nothing of the run lives. Does not fail: what can't be put in order stays, and the report says so.</summary>
    /// <param name="push">False where another run of the task may have the branch by now.</param>
    /// <returns>What the board should know of it beside what the run itself said; null for nothing.</returns>
    public async Task<JsonElement?> CloseAsync(Grant grant, RunDirectory directory, bool succeeded, bool push, JsonElement? metadata, CancellationToken ct)
    {
        var noted = directory.ReadPlace();
        if (noted is { Kind: WorkspaceKind.Scratch })
            TakeIn(grant, directory, noted);
        if (noted is not { Kind: WorkspaceKind.Worktree, Mirror: { } mirror, Base: { } began } place)
            return metadata;
        JsonObject report;
        try
        {
            report = await WithMirrorAsync(mirror, async () => await new Worktree(Mirror.At(mirror, clock), place.Path).CloseAsync(began, succeeded, push, ct), ct);
        }
        catch (Exception e) when (e is GitFailedException or IOException or UnauthorizedAccessException)
        {
            log.WorkspaceNotClosed(e, grant.RunId, grant.TaskKey);
            report = new JsonObject { ["branch"] = place.Branch, ["kept"] = place.Path, ["fault"] = e.Message };
        }
        if (metadata is { ValueKind: not JsonValueKind.Object })
            return metadata;
        var all = metadata is { } said ? JsonObject.Create(said)! : [];
        all["workspace"] = report;
        return JsonSerializer.SerializeToElement(all, WorkerJson.Default.JsonObject);
    }

    /// <summary>The run is over, and its place free for the next.</summary>
    public void Release(Guid runId)
    {
        foreach (var (path, _) in _taken.Where(t => t.Value == runId))
            _taken.TryRemove(new(path, runId));
        if (_locks.TryRemove(runId, out var held))
            held.Dispose();
    }

    /// <summary>Removes worktrees that no run has used for as long as they are kept, and scratch directories of runs that could not be put in order. Branches stay.</summary>
    /// <remarks>To be called when all runs that go on have their places.</remarks>
    public async Task SweepAsync(CancellationToken ct)
    {
        SweepSettled();
        if (!Directory.Exists(Repositories))
            return;
        foreach (var repository in Directory.EnumerateDirectories(Repositories, "*.git"))
        {
            var notes = Path.Combine(repository, "worktrees");
            foreach (var note in Directory.Exists(notes) ? Directory.EnumerateDirectories(notes) : [])
            {
                try
                {
                    await SweepAsync(repository, note, ct);
                }
                catch (Exception e) when (e is GitFailedException or IOException or UnauthorizedAccessException)
                {
                    log.SweepFailed(e, note);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var held in _locks.Values)
            held.Dispose();
        foreach (var gate in _mirrors.Values)
            gate.Dispose();
    }

    private void SweepSettled()
    {
        var folders = Path.Combine(home, "agents");
        foreach (var path in (Directory.Exists(folders) ? Directory.EnumerateDirectories(folders) : []).Select(f => Path.Combine(f, Settled)).Where(Directory.Exists))
        {
            // Nobody makes one there while it goes.
            if (!_taken.TryAdd(path, Guid.Empty))
                continue;
            try
            {
                OwnFolder.Remove(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.SweepFailed(e, path);
            }
            finally
            {
                _taken.TryRemove(new(path, Guid.Empty));
            }
        }
    }

    private async Task SweepAsync(string repository, string note, CancellationToken ct)
    {
        var age = clock.GetUtcNow() - Directory.GetLastWriteTimeUtc(note);
        if (age < keep || PlainFile.ReadAllText(Path.Combine(note, "gitdir"))?.Trim() is not { Length: > 0 } file || Path.GetDirectoryName(file) is not { } path || Path.GetFileName(path) != Path.GetFileName(note) || _taken.ContainsKey(path))
            return;
        // Only what is a worktree of this very note: a path that was changed must not lead anywhere else.
        if (Directory.Exists(path) && PlainFile.ReadAllText(Path.Combine(path, ".git"))?.Trim() != "gitdir: " + note)
            return;
        await WithMirrorAsync(repository, async () =>
        {
            await new Worktree(Mirror.At(repository, clock), path).RemoveAsync(ct);
            return true;
        }, ct);
        log.WorktreeRemoved(path, "kanban/" + Path.GetFileName(path), age.TotalDays);
    }

    /// <summary>Fresh like any scratch directory, at a path that the task's next run with this profile will get as well.</summary>
    private async Task OpenSettledAsync(Grant grant, string path, RunDirectory directory, CancellationToken ct)
    {
        var place = new Place(WorkspaceKind.Scratch, path);
        await TakeAsync(grant, place, ct);
        // What a run that could not be put in order left there, be it a link or a file.
        OwnFolder.Remove(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnFolder.OwnerOnly);
        File.Delete(path);
        Directory.CreateDirectory(path, OwnFolder.OwnerOnly);
        directory.WritePlace(place);
    }

    /// <summary>Its files go with the run from here on, and its path is free for the next one.</summary>
    private void TakeIn(Grant grant, RunDirectory directory, Place place)
    {
        try
        {
            directory.TakeInWorkspace(place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.WorkspaceNotClosed(e, grant.RunId, grant.TaskKey);
        }
    }

    private async Task OpenDirectoryAsync(Grant grant, string path, bool shared, RunDirectory directory, CancellationToken ct)
    {
        var place = new Place(WorkspaceKind.Dir, path);
        if (!shared)
            await TakeAsync(grant, place, ct);
        directory.WritePlace(place);
        if (!shared)
            AtomicFile.Write(directory.AloneFile, []);
    }

    private async Task OpenWorktreeAsync(Grant grant, string repository, string root, RunDirectory directory, CancellationToken ct)
    {
        var mirror = Mirror.Of(Repositories, repository, clock);
        var path = Path.Combine(Path.GetFullPath(root), grant.TaskKey);
        await TakeAsync(grant, new Place(WorkspaceKind.Worktree, path), ct);
        try
        {
            directory.WritePlace(await WithMirrorAsync(mirror.Path, () => new Worktree(mirror, path).OpenAsync(ct), ct));
        }
        catch (GitFailedException e)
        {
            throw new RunNotStartedException($"no worktree of {repository}: {e.Message}");
        }
    }

    /// <summary>Waits until no other run works there, in its slot and under its lease.</summary>
    private async Task TakeAsync(Grant grant, Place place, CancellationToken ct)
    {
        for (var told = false; !_taken.TryAdd(place.Path, grant.RunId) || !TryLock(grant.RunId, place, DirectoryLock.Try); told = true)
        {
            _taken.TryRemove(new(place.Path, grant.RunId));
            if (!told)
                log.WaitsForWorkspace(grant.RunId, grant.TaskKey, place.Path);
            await Task.Delay(Look, clock, ct);
        }
    }

    /// <summary>A worktree belongs to this worker alone; a directory may be asked for by others of this host.</summary>
    private bool TryLock(Guid runId, Place place, Func<string, DirectoryLock?> hold)
    {
        if (place.Kind is not WorkspaceKind.Dir)
            return true;
        if (hold(place.Path) is not { } held)
            return false;
        _locks[runId] = held;
        return true;
    }

    private async Task<T> WithMirrorAsync<T>(string mirror, Func<Task<T>> work, CancellationToken ct)
    {
        var gate = _mirrors.GetOrAdd(mirror, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(ct);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }
}
