using System.Security.Claims;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Runs.Inside;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Kanban.Bus.Tests.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Inside;

/// <summary>What a run writes holds on every database: under its task's lock, and not at all once its lease is gone.</summary>
public abstract class FencedRunSpec<TStore> : TaskSpec<TStore> where TStore : TestStore, new()
{
    [Fact]
    public async Task A_run_writes_while_it_holds_its_lease_and_changes_nothing_afterwards()
    {
        var task = await CreateAsync("a task");
        var run = await OfferAsync(task.Key);
        var grant = (await Store.ClaimAsync("w1", run)).Grant!;
        var user = await CallerAsync(grant);

        var child = Made(await CreateChildAsync(run, user, new CreateTask("child", IdempotencyKey: "k")));
        Assert.Equal(child, Made(await CreateChildAsync(run, user, new CreateTask("child", IdempotencyKey: "k"))));
        var second = Made(await CreateChildAsync(run, user, new CreateTask("second")));
        Assert.IsType<Ok<TaskView>>((await LinkAsync(run, user, second, child)).Result);
        Assert.IsType<Created<CommentView>>((await CommentAsync(run, user, second, "a word")).Result);
        Assert.IsType<Ok<RunLease>>((await BeatAsync(run, user, "at work")).Result);

        // Its worker is told of what a person says until the run has read it.
        await Store.UseAsync(async db => await CommentTask.AddAsync(db, await db.Tasks.SingleAsync(t => t.Board + "-" + t.Number == task.Key), "mind the gap", "key:ann", await db.NowAsync(default), null, default));
        Assert.Equal("mind the gap", Assert.Single((await OrdersAsync(grant)).Messages!).Comment.Text);
        Assert.Equal("mind the gap", Assert.Single(Assert.IsType<Ok<List<CommentView>>>((await InboxAsync(run, user)).Result).Value!).Text);
        Assert.Null((await OrdersAsync(grant)).Messages);
        Assert.Empty(Assert.IsType<Ok<List<CommentView>>>((await InboxAsync(run, user)).Result).Value!);

        await Store.FinishAsync("w1", new FinishItem(run, grant.FencingToken, Outcome.Lost));
        var rows = await RowsAsync();
        foreach (var answer in new IResult[]
        {
            (await CreateChildAsync(run, user, new CreateTask("late"))).Result, (await LinkAsync(run, user, child, second)).Result, (await CommentAsync(run, user, second, "late")).Result,
            (await BeatAsync(run, user, "late")).Result, (await BeatAsync(run, user, null)).Result, (await InboxAsync(run, user)).Result,
        })
            Assert.Equal("lease-lost", Assert.IsType<ProblemHttpResult>(answer).ProblemDetails.Extensions["code"]);
        Assert.Equal(rows, await RowsAsync());
    }

    [Fact]
    public async Task Of_a_reclaim_and_a_child_at_the_same_moment_either_the_child_came_first_or_it_was_refused()
    {
        for (var round = 0; round < 3; round++)
        {
            var task = await CreateAsync("a task");
            var run = await OfferAsync(task.Key);
            var grant = (await Store.ClaimAsync("w1", run)).Grant!;
            var user = await CallerAsync(grant);

            var making = Task.Run(() => CreateChildAsync(run, user, new CreateTask($"child {round}")));
            await Store.FinishAsync("w1", new FinishItem(run, grant.FencingToken, Outcome.Succeeded));
            var made = (await making).Result is Created<TaskView>;

            var events = await Store.ReadAsync(db => db.Events.OrderBy(e => e.Seq).Where(e => e.Type == EventTypes.RunEnded || e.Type == EventTypes.TaskCreated).ToListAsync());
            Assert.Equal(made, events.Any(e => e.Type == EventTypes.TaskCreated && e.Actor == $"run:{task.Key}/1"));
            if (made)
                Assert.True(events.FindIndex(e => e.Actor == $"run:{task.Key}/1") < events.FindIndex(e => e.Type == EventTypes.RunEnded && e.RunId == run));
        }
    }

    [Fact]
    public async Task A_question_lives_as_long_as_the_task_is_blocked_by_it()
    {
        var task = await CreateAsync("a task");
        var run = await StartAsync(task.Key);
        await Store.FinishAsync("w1", new FinishItem(run, 1, Outcome.Blocked, "which branch?", Question: true));
        Assert.Equal("which branch?", (await ShowAsync(task.Key)).Question);

        await Store.UseAsync(async db =>
        {
            var row = await db.Tasks.SingleAsync();
            row.Release(true, await db.NowAsync(default));
            await db.SaveChangesAsync();
        });

        Assert.Null((await ShowAsync(task.Key)).Question);
    }

    private static string Made(Results<Created<TaskView>, Ok<TaskView>, ProblemHttpResult> answer) => answer.Result switch
    {
        Created<TaskView> made => made.Value!.Key,
        Ok<TaskView> earlier => earlier.Value!.Key,
        var other => throw new InvalidOperationException($"{(other as ProblemHttpResult)?.ProblemDetails.Detail}"),
    };

    private Task<(int, int, int)> RowsAsync() => Store.ReadAsync(async db => (await db.Tasks.CountAsync(), await db.Events.CountAsync(), await db.Comments.CountAsync(c => c.SeenAt == null)));

    /// <summary>Who the run's token names while its lease is live.</summary>
    private Task<ClaimsPrincipal> CallerAsync(Grant grant) =>
        Store.ReadAsync(async db => (await new Callers(db, TimeProvider.System).ByBearerAsync(grant.RunToken, default)).User!);

    private Task<Results<Created<TaskView>, Ok<TaskView>, ProblemHttpResult>> CreateChildAsync(Guid run, ClaimsPrincipal user, CreateTask task) => Store.UseAsync(s => CreateChild.Handle(
        run, task, user, Get<BoardDbContext>(s), Get<RunWrites>(s), Get<TaskCreation>(s), Get<TaskViews>(s), Options.Create(new RunsOptions()), default));

    private Task<Results<Ok<TaskView>, ProblemHttpResult>> LinkAsync(Guid run, ClaimsPrincipal user, string key, string parent) =>
        Store.UseAsync(s => RunTasks.Link(run, key, parent, user, Get<BoardDbContext>(s), Get<TaskChanges>(s), default));

    private Task<Results<Created<CommentView>, ProblemHttpResult>> CommentAsync(Guid run, ClaimsPrincipal user, string key, string text) =>
        Store.UseAsync(s => RunTasks.Comment(run, key, new AddComment(text), user, Get<BoardDbContext>(s), Get<RunWrites>(s), default));

    private Task<Results<Ok<RunLease>, ProblemHttpResult>> BeatAsync(Guid run, ClaimsPrincipal user, string? note) =>
        Store.UseAsync(s => ShowLease.Beat(run, new RunPulse(note), user, Get<BoardDbContext>(s), Get<RunWrites>(s), default));

    private Task<Results<Ok<List<CommentView>>, ProblemHttpResult>> InboxAsync(Guid run, ClaimsPrincipal user) =>
        Store.UseAsync(s => ReadInbox.Handle(run, user, Get<BoardDbContext>(s), Get<RunWrites>(s), default));

    private Task<Orders> OrdersAsync(Grant grant) => Store.UseAsync(async s =>
    {
        var db = Get<BoardDbContext>(s);
        return await HeartbeatEndpoint.OrdersAsync(db, await db.Workers.Include(w => w.Lanes).SingleAsync(), [new HeldRun(grant.RunId, grant.FencingToken)], Get<KnownQueues>(s), default);
    });

    private static T Get<T>(IServiceProvider services) where T : notnull => services.GetRequiredService<T>();
}
