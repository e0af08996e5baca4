using System.Text;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Tasks;

/// <summary>What a merge patch would change of a task, and whether its state allows that.</summary>
internal sealed class TaskEdits
{
    private readonly KanbanTask _task;
    private readonly List<Action> _sets = [];

    public TaskEdits(KanbanTask task, MergePatch<EditTask> patch)
    {
        _task = task;
        var edit = patch.Value;
        var lane = patch.Has(nameof(edit.Lane)) ? edit.Lane : task.Lane;
        var host = patch.Has(nameof(edit.Host)) ? edit.Host : task.Host;
        var needs = patch.Has(nameof(edit.Needs)) ? RequirementSet.Normalize(edit.Needs) : task.Needs;

        if (patch.Has(nameof(edit.Title)))
            Set("title", task.Title, edit.Title!, value => task.Title = value);
        if (patch.Has(nameof(edit.Body)))
            SetBody(edit.Body ?? "");
        if (patch.Has(nameof(edit.Acceptance)))
            Set("acceptance", task.Acceptance, edit.Acceptance, value => task.Acceptance = value);
        Set("lane", task.Lane, lane, value => task.Lane = value);
        Set("host", task.Host, host, value => task.Host = value);
        Set("needs", task.Needs, needs, value => task.Needs = value);
        MovesQueue = Changes.Count > 0 && (Changes.ContainsKey("lane") || Changes.ContainsKey("host") || Changes.ContainsKey("needs"));
        if (patch.Has(nameof(edit.Draws)))
            Set("draws", task.Draws, Draws.Patch(task.Draws, edit.Draws), value => task.Draws = value);
        MovesOffer = MovesQueue || Changes.ContainsKey("draws");
        if (MovesQueue)
            _sets.Add(() => task.RequirementSet = RequirementSet.Of(host, needs));
        if (patch.Has(nameof(edit.Priority)))
            Set("priority", task.Priority, edit.Priority ?? 0, value => task.Priority = value);
        if (patch.Has(nameof(edit.Artifacts)))
            Set("artifacts", task.Artifacts, ArtifactRules.Join(edit.Artifacts), value => task.Artifacts = value);
        if (patch.Has(nameof(edit.Labels)))
            Set("labels", task.Labels, TaskLists.Labels(edit.Labels), value => task.Labels = value);
        if (patch.Has(nameof(edit.MaxRuntimeSeconds)))
            Set("maxRuntimeSeconds", task.MaxRuntimeSeconds, edit.MaxRuntimeSeconds, value => task.MaxRuntimeSeconds = value);
        if (patch.Has(nameof(edit.NotBefore)))
            Set("notBefore", task.NotBefore, edit.NotBefore?.ToUniversalTime(), value => task.NotBefore = value);
        if (patch.Has(nameof(edit.OnLimit)))
            Set("onLimit", task.OnLimit, edit.OnLimit ?? OnLimit.Wait, value => task.OnLimit = value);
        if (patch.Has(nameof(edit.Workspace)))
            Set("workspace", task.Workspace, edit.Workspace, value => task.Workspace = value);
        if (patch.Has(nameof(edit.Due)))
            Set("due", task.Due, edit.Due?.ToUniversalTime(), value => task.Due = value);
        MovesTime = Changes.ContainsKey("notBefore");
        LosesLane = lane is null && task.Lane is not null;
    }

    /// <summary>Field to what it was and what it becomes, for the history; of the body the sizes only.</summary>
    public Dictionary<string, object> Changes { get; } = [];

    /// <summary>It would be offered on another queue than before.</summary>
    private bool MovesQueue { get; }

    /// <summary>It would be offered on another queue, or draw other units.</summary>
    public bool MovesOffer { get; }

    /// <summary>It would start at another time than before.</summary>
    public bool MovesTime { get; }

    private bool LosesLane { get; }

    /// <summary>Why its state refuses the change; null when it allows it.</summary>
    public string? WhyNot()
    {
        if (_task.Status is Status.Running && (MovesQueue || MovesTime))
            return $"Task {_task.Key} is running: its lane, host, needs and notBefore can't be changed until the run has ended.";
        if (LosesLane && _task.Status is not Status.Triage)
            return $"Task {_task.Key} is {Storage.Words.Of(_task.Status)}: only a task in triage may be without a lane.";
        return null;
    }

    public void Apply(DateTimeOffset now)
    {
        foreach (var set in _sets)
            set();
        _task.Touch(now);
    }

    private void Set<T>(string field, T was, T becomes, Action<T> set)
    {
        if (EqualityComparer<T>.Default.Equals(was, becomes))
            return;
        Changes[field] = new { from = was, to = becomes };
        _sets.Add(() => set(becomes));
    }

    private void SetBody(string body)
    {
        if (_task.Body == body)
            return;
        Changes["body"] = new { fromBytes = Encoding.UTF8.GetByteCount(_task.Body), toBytes = Encoding.UTF8.GetByteCount(body) };
        _sets.Add(() => _task.Body = body);
    }
}
