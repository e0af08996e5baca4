using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Tasks;

/// <summary>Where a task's runs work: the task says it, else its lane, and the grant carries it to the worker.</summary>
public abstract class WorkspaceSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_grant_names_the_workspace_of_the_task_else_of_its_lane()
    {
        await People.EditLaneAsync("shell", """{"workspace":"worktree:/srv/git/web"}""");
        await Store.AddWorkerAsync("w1", "shell=9");
        await CreateAsync("as its lane says");
        await People.CreateAsync(new("its own", "shell", Workspace: "dir:/srv/data"));
        Assert.Equal("dir:/srv/data", (await ShowAsync("main-2")).Workspace);
        Assert.Null((await ShowAsync("main-1")).Workspace);

        Assert.Equal(["worktree:/srv/git/web", "dir:/srv/data"], await GrantedAsync());

        await People.EditAsync("main-2", """{"workspace":"scratch"}""");
        await People.EditLaneAsync("shell", """{"workspace":null}""");
        await CreateAsync("neither");
        Assert.Equal([null], await GrantedAsync());
    }

    [Theory]
    [InlineData("dir:relative")]
    [InlineData("dir:/srv/../etc")]
    [InlineData("worktree:")]
    [InlineData("worktree:--upload-pack=touch /tmp/x")]
    [InlineData("worktree:/srv/git/web\n")]
    [InlineData("elsewhere")]
    public async Task What_is_no_workspace_is_refused_with_what_is_one(string workspace)
    {
        var fault = (await People.CreateAsync(new("t", "shell", Workspace: workspace))).Fault();

        Assert.Equal("/workspace", fault.Pointer);
        Assert.Contains("dir:PATH", fault.Detail, StringComparison.Ordinal);
    }

    private async Task<List<string?>> GrantedAsync()
    {
        var granted = new List<string?>();
        foreach (var offer in (await Store.AdmitAsync()).OrderBy(o => o.TaskKey, StringComparer.Ordinal))
            granted.Add((await Store.ClaimAsync("w1", offer.RunId)).Grant!.Workspace);
        return granted;
    }
}
