using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Cli.Tasks;

namespace Kanban.Bus.Cli.Schedules;

/// <summary>What the tasks of a schedule are made from: the options that <c>schedule create</c> and <c>schedule set</c> share.</summary>
internal sealed class TemplateOptions
{
    private readonly Option<string?> _title = Options.Text("--title", "Title of its tasks; the schedule's name unless told", "TEXT", "-t");
    private readonly Option<string?> _lane = Options.Text("--lane", "The lane whose workers take them", "NAME", "-l");
    private readonly Option<string?> _board = Options.Text("--board", "The board they belong to", "KEY", "-b");
    private readonly Option<string?> _body = Options.Text("--body", "What to do: a script for a shell lane, a prompt for an agent's", "TEXT");
    private readonly Option<string?> _bodyFile = Options.Text("--body-file", "The same from a file; - is standard input", "FILE", "-F");
    private readonly Option<string[]> _needs = Options.Many("--needs", "Capability their worker must have; may be given again", "CAP");
    private readonly Option<string?> _host = Options.Text("--on-host", "The only host they may run on", "NAME");
    private readonly Option<int?> _priority = Options.Number("--priority", "-1000 to 1000, higher first");
    private readonly Option<string[]> _labels = Options.Many("--label", "May be given again", "LABEL");
    private readonly Option<int?> _maxRuntime = Options.Seconds("--max-runtime", "A run is stopped after this");
    private readonly Option<string[]> _draws = Units.Option("--draw", "Units that their runs draw of a pool", "POOL=UNITS");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _title, _lane, _board, _body, _bodyFile, _needs, _host, _priority, _labels, _maxRuntime, _draws })
            command.Options.Add(option);
    }

    /// <summary>What was given, as fields of a task.</summary>
    public async Task<JsonObject> ReadAsync(Call call, CancellationToken ct)
    {
        var task = new JsonObject();
        task.Put("title", call.Get(_title));
        task.Put("lane", call.Get(_lane));
        task.Put("board", call.Get(_board));
        task.Put("body", await TaskBody.ReadAsync(call, call.Get(_body), call.Get(_bodyFile), ct));
        task.Put("needs", Options.Set("--needs", call.Get(_needs)!));
        task.Put("host", call.Get(_host));
        task.Put("priority", call.Get(_priority));
        task.Put("labels", Options.Set("--label", call.Get(_labels)!));
        task.Put("maxRuntimeSeconds", call.Get(_maxRuntime));
        task.Put("draws", Units.Patch("--draw", call.Get(_draws)!));
        return task;
    }
}
