using System.Security.Claims;
using System.Text.Json;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Schedules;
using Kanban.Bus.Board.Simulation;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Harness;

/// <summary>The calls that people make, straight into their handlers; each in a scope of its own, as a request has.</summary>
internal sealed class People(TestStore store)
{
    public const string Name = "key:test";

    private static readonly ClaimsPrincipal User = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, Name)], "test"));

    public Task<Answer> CreateAsync(CreateTask task, string? idempotencyKey = null) => CallAsync(s =>
        CreateTaskEndpoint.Handle(task, idempotencyKey, Get<TaskCreation>(s), Get<TaskViews>(s), User, default));

    public Task<Answer> CreateManyAsync(params IReadOnlyList<CreateTask> tasks) => CallAsync(s =>
        CreateTasksEndpoint.Handle(new CreateTasks(tasks), Get<TaskCreation>(s), Get<TaskViews>(s), User, default));

    public Task<Answer> ShowAsync(string key) => CallAsync(s => ShowTask.Handle(key, Get<BoardDbContext>(s), Get<TaskViews>(s), default));

    /// <param name="query">As after the question mark: <c>status=ready,todo&amp;limit=2</c>.</param>
    public Task<Answer> ListAsync(string query = "")
    {
        var request = new DefaultHttpContext { Request = { QueryString = new QueryString("?" + query) } }.Request;
        string? Of(string name) => request.Query[name] is [var value, ..] ? value : null;
        var asked = new ListTasks.Query(Of("board"), Of("status"), Of("lane"), Of("host"), Of("label"), Of("q"),
            Of("archived") is { } archived ? bool.Parse(archived) : null, Of("sort"), Of("after"),
            Of("limit") is { } limit ? int.Parse(limit, System.Globalization.CultureInfo.InvariantCulture) : null, Of("class"),
            Of("overdue") is { } overdue ? bool.Parse(overdue) : null);
        return CallAsync(s => ListTasks.Handle(asked, request, Get<BoardDbContext>(s), Get<TaskViews>(s), default));
    }

    /// <param name="patch">JSON.</param>
    public Task<Answer> EditAsync(string key, string patch, string? ifMatch = null) => CallAsync(s =>
        EditTaskEndpoint.Handle(key, Patch<EditTask>(patch), ifMatch, Get<BoardDbContext>(s), Get<TaskChanges>(s), User, default));

    public Task<Answer> MoveAsync(string key, Status status, string? reason = null) => CallAsync(s =>
        MoveTaskEndpoint.Handle(key, new MoveTask(status, reason), Get<TaskChanges>(s), User, default));

    public Task<Answer> BlockAsync(string key, string? reason = null) => CallAsync(s => BlockTask.Handle(key, new(reason), Get<TaskChanges>(s), User, default));

    public Task<Answer> UnblockAsync(string key) => CallAsync(s => UnblockTask.Handle(key, null, Get<TaskChanges>(s), User, default));

    public Task<Answer> CancelAsync(string key, string? reason = null) => CallAsync(s =>
        CancelTask.Handle(key, new(reason), Get<TaskChanges>(s), Get<IOfferBus>(s), User, default));

    public Task<Answer> RetryAsync(string key) => CallAsync(s => RetryTask.Handle(key, null, Get<TaskChanges>(s), User, default));

    public Task<Answer> AdoptAsync(Guid run, string? reason = null) => CallAsync(s =>
        AdoptRun.Handle(run, new(reason), Get<BoardDbContext>(s), Get<TaskChanges>(s), User, default));

    public Task<Answer> ArchiveAsync(string key) => CallAsync(s => ArchiveTask.Handle(key, null, Get<TaskChanges>(s), User, default));

    public Task<Answer> RestoreAsync(string key) => CallAsync(s => RestoreTask.Handle(key, null, Get<TaskChanges>(s), User, default));

    public Task<Answer> CommentAsync(string key, string text) => CallAsync(s => CommentTask.Handle(key, new(text), Get<BoardDbContext>(s), User, default));

    public Task<Answer> LinkAsync(string child, string parent) => CallAsync(s => LinkTasks.Link(child, parent, Get<TaskChanges>(s), User, default));

    public Task<Answer> UnlinkAsync(string child, string parent) => CallAsync(s => LinkTasks.Unlink(child, parent, Get<TaskChanges>(s), User, default));

    public Task<Answer> CreateBoardAsync(CreateBoard board) => CallAsync(s => CreateBoardEndpoint.Handle(board, Get<BoardDbContext>(s), User, default));

    public Task<Answer> EditBoardAsync(string key, string patch) => CallAsync(s =>
        EditBoardEndpoint.Handle(key, Patch<EditBoard>(patch), Get<BoardDbContext>(s), Get<AdmissionPass>(s), User, default));

    public Task<Answer> ShowBoardAsync(string key) => CallAsync(s => ShowBoards.Show(key, Get<BoardDbContext>(s), default));

    public Task<Answer> CreateLaneAsync(CreateLane lane) => CallAsync(s => CreateLaneEndpoint.Handle(lane, Get<BoardDbContext>(s), Get<LaneViews>(s), User, default));

    public Task<Answer> EditLaneAsync(string name, string patch) => CallAsync(s =>
        EditLaneEndpoint.Handle(name, Patch<EditLane>(patch), Get<BoardDbContext>(s), Get<AdmissionPass>(s), Get<LaneViews>(s), User, default));

    public Task<Answer> ShowLaneAsync(string name) => CallAsync(s => ShowLanes.Show(name, Get<BoardDbContext>(s), Get<LaneViews>(s), default));

    public Task<Answer> PauseLaneAsync(string name, string? reason = null) => CallAsync(s =>
        PauseLane.Pause(name, new(reason), Get<BoardDbContext>(s), Get<AdmissionPass>(s), Get<LaneViews>(s), User, default));

    public Task<Answer> ResumeLaneAsync(string name) => CallAsync(s => PauseLane.Resume(name, Get<BoardDbContext>(s), Get<LaneViews>(s), User, default));

    public Task<Answer> ResetBreakerAsync(string name, string? reason = null) => CallAsync(s =>
        ResetBreaker.Handle(name, new(reason), Get<BoardDbContext>(s), Get<LaneViews>(s), User, default));

    public Task<Answer> AlarmsAsync(bool? cleared = null, int? limit = null, string? after = null) => CallAsync(s =>
        ListAlarms.Handle(cleared, after, limit, new DefaultHttpContext().Request, Get<BoardDbContext>(s), default));

    public Task<Answer> AcknowledgeAsync(Guid alarm, string? reason = null) => CallAsync(s => AcknowledgeAlarm.Handle(alarm, new(reason), Get<BoardDbContext>(s), User, default));

    public Task<Answer> CreatePoolAsync(CreatePool pool) => CallAsync(s => CreatePoolEndpoint.Handle(pool, Get<BoardDbContext>(s), Get<PoolViews>(s), Get<GatewaySignal>(s), User, default));

    public Task<Answer> EditPoolAsync(string name, string patch, string? ifMatch = null) => CallAsync(s =>
        EditPoolEndpoint.Handle(name, Patch<EditPool>(patch), ifMatch, Get<BoardDbContext>(s), Get<AdmissionPass>(s), Get<PoolViews>(s), Get<GatewaySignal>(s), User, default));

    public Task<Answer> ShowPoolAsync(string name) => CallAsync(s => ShowPools.Show(name, Get<BoardDbContext>(s), Get<PoolViews>(s), default));

    public Task<Answer> PausePoolAsync(string name, string? reason = null) => CallAsync(s =>
        PausePool.Pause(name, new(reason), Get<BoardDbContext>(s), Get<AdmissionPass>(s), Get<PoolViews>(s), User, default));

    public Task<Answer> ResumePoolAsync(string name) => CallAsync(s => PausePool.Resume(name, Get<BoardDbContext>(s), Get<PoolViews>(s), User, default));

    public Task<Answer> DeletePoolAsync(string name, string? reason = null) => CallAsync(s => DeletePool.Handle(name, reason, Get<BoardDbContext>(s), User, default));

    public Task<Answer> UnparkPoolAsync(string name, string? reason = null) => CallAsync(s =>
        UnparkPool.Handle(name, new(reason), Get<BoardDbContext>(s), Get<PoolViews>(s), User, default));

    public Task<OrderView> OrderAsync() => store.UseAsync(async s =>
        (await ShowOrder.Handle(Get<SnapshotReader>(s), Get<PassTimes>(s), Get<IOptions<AdmissionOptions>>(s), default)).Value!);

    public Task<Answer> EditOrderAsync(string patch) => CallAsync(s =>
        EditOrderEndpoint.Handle(Patch<EditOrder>(patch), Get<BoardDbContext>(s), Get<SnapshotReader>(s), Get<PassTimes>(s), Get<IOptions<AdmissionOptions>>(s), User, default));

    public Task<Answer> CreateScheduleAsync(CreateSchedule schedule) => CallAsync(s =>
        CreateScheduleEndpoint.Handle(schedule, Get<BoardDbContext>(s), Get<TaskCreation>(s), Get<ScheduleViews>(s), Get<ScheduleSignal>(s), User, default));

    public Task<Answer> EditScheduleAsync(string name, string patch, string? ifMatch = null) => CallAsync(s => EditScheduleEndpoint.Handle(
        name, Patch<EditSchedule>(patch), ifMatch, Get<BoardDbContext>(s), Get<ScheduleFiring>(s), Get<TaskCreation>(s), Get<ScheduleViews>(s), Get<ScheduleSignal>(s), User, default));

    public Task<Answer> ShowScheduleAsync(string name) => CallAsync(s => ShowSchedules.Show(name, Get<BoardDbContext>(s), Get<ScheduleViews>(s), default));

    public Task<Answer> PauseScheduleAsync(string name, string? reason = null) => CallAsync(s =>
        PauseSchedule.Pause(name, new(reason), Get<BoardDbContext>(s), Get<ScheduleFiring>(s), Get<ScheduleViews>(s), Get<ScheduleSignal>(s), User, default));

    public Task<Answer> ResumeScheduleAsync(string name) => CallAsync(s =>
        PauseSchedule.Resume(name, Get<BoardDbContext>(s), Get<ScheduleFiring>(s), Get<ScheduleViews>(s), Get<ScheduleSignal>(s), User, default));

    public Task<Answer> RunScheduleAsync(string name) => CallAsync(s =>
        RunSchedule.Handle(name, Get<BoardDbContext>(s), Get<ScheduleFiring>(s), Get<ScheduleViews>(s), Get<ScheduleSignal>(s), User, default));

    public Task<Answer> DeleteScheduleAsync(string name) => CallAsync(s =>
        DeleteSchedule.Handle(name, Get<BoardDbContext>(s), Get<ScheduleFiring>(s), Get<ScheduleSignal>(s), User, default));

    public Task<Answer> WhyAsync(string key) => CallAsync(s =>
        WhyTask.Handle(key, Get<BoardDbContext>(s), Get<WaitReasons>(s), Get<SnapshotReader>(s), Get<Places>(s), Get<Holders>(s), Get<UsualLengths>(s), default));

    public Task<Answer> DispatchAsync(Dispatch request) => CallAsync(s => DispatchEndpoint.Handle(
        request, Get<BoardDbContext>(s), Get<AdmissionPass>(s), Get<SnapshotReader>(s), Get<Announcer>(s), Get<IOptions<AdmissionOptions>>(s), default));

    public Task<Answer> SimulateAsync(Simulate request) => CallAsync(s => SimulateEndpoint.Handle(
        request, Get<BoardDbContext>(s), Get<SnapshotReader>(s), Get<PastRuns>(s), Get<IOptions<AdmissionOptions>>(s), default));

    public Task<LedgerView> LedgerAsync() => store.UseAsync(async s => (await CheckLedger.Handle(Get<BoardDbContext>(s), Get<SnapshotReader>(s), default)).Value!);

    private static MergePatch<T> Patch<T>(string json) where T : class => MergePatch<T>.Read(JsonElement.Parse(json));

    private Task<Answer> CallAsync<T>(Func<IServiceProvider, Task<T>> call) where T : INestedHttpResult =>
        store.UseAsync(async s => new Answer((await call(s)).Result));

    private static T Get<T>(IServiceProvider services) where T : notnull => services.GetRequiredService<T>();
}

/// <summary>What a handler answered. Reading it as what it is not fails with what it is.</summary>
internal sealed record Answer(IResult Result)
{
    public int Status => ((IStatusCodeHttpResult)Result).StatusCode ?? 0;

    public TaskView Task => Value<TaskView>();

    public IReadOnlyList<TaskView> Tasks => Value<Page<TaskView>>().Items;

    public T Value<T>() => Result is IValueHttpResult<T> { Value: { } value }
        ? value
        : throw new InvalidOperationException($"Answered {Status}: {(Result as ProblemHttpResult)?.ProblemDetails.Detail ?? Result.ToString()}");

    /// <summary>The sentence of a refusal with this status and code.</summary>
    public string Refused(int status, string code)
    {
        var problem = Assert.IsType<ProblemHttpResult>(Result).ProblemDetails;
        Assert.Equal((status, code), (problem.Status, problem.Extensions["code"]));
        return problem.Detail!;
    }

    /// <summary>Where the faults are, and the sentence of the first.</summary>
    public (string Pointer, string Detail) Fault()
    {
        var error = ((IReadOnlyList<ProblemError>)Assert.IsType<ProblemHttpResult>(Result).ProblemDetails.Extensions["errors"]!)[0];
        return (error.Pointer, error.Detail);
    }
}
