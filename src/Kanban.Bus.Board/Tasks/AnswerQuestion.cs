using System.Security.Claims;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kanban.Bus.Board.Tasks;

/// <summary>POST /tasks/{key}/answer — 200 the answer is a comment and the task goes on; 400, 404, 409 it asks nothing.</summary>
public static class AnswerQuestion
{
    public static void Map(RouteGroupBuilder tasks) => tasks.MapPost("/{key}/answer", Handle)
        .WithName("AnswerQuestion").WithSummary("Answer the question of a task's last run: the task goes on, and its next run reads the answer.")
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    internal static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Handle(
        string key, AnswerTask request, TaskChanges changes, ClaimsPrincipal user, CancellationToken ct)
    {
        if (CommentTask.WhyNot(new AddComment(request.Text)) is { } invalid)
            return invalid;
        return await changes.ApplyAsync(key, user, change => AnswerAsync(change, request), ct);
    }

    private static async Task<ProblemHttpResult?> AnswerAsync(TaskChange change, AnswerTask answer)
    {
        var task = change.Task;
        if (task.WhyNotMoveTo(Status.Todo) is { } refusal)
            return TaskChange.Refuse(refusal);
        if (!task.Asks)
            return TaskChange.Refuse($"Task {task.Key} is {Words.Of(task.Status)} and asks nothing; 'kanban task comment' leaves a remark, 'kanban task unblock' lets a blocked task go on.");
        await CommentTask.AddAsync(change.Db, task, answer.Text, change.Actor, change.Now, null, change.Ct);
        change.Note(EventTypes.TaskAnswered, new { question = task.Reason, allowed = answer.Allow });
        task.Allows = answer.Allow;
        await change.ReleaseAsync(null);
        return null;
    }
}
