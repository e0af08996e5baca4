using Kanban.Bus.Benchmarks;
using Kanban.Bus.Benchmarks.Admission;
using Kanban.Bus.Benchmarks.Beat;
using Kanban.Bus.Benchmarks.Chaos;
using Kanban.Bus.Benchmarks.Demo;
using Kanban.Bus.Benchmarks.Gateway;
using Kanban.Bus.Benchmarks.Idle;
using Kanban.Bus.Benchmarks.Lifecycle;
using Kanban.Bus.Benchmarks.Logs;
using Kanban.Bus.Benchmarks.Peers;
using Kanban.Bus.Benchmarks.Recover;
using Kanban.Bus.Benchmarks.Start;
using Kanban.Bus.Benchmarks.Worker;

var benchmarks = new Dictionary<string, Func<Task<IReadOnlyList<Figure>>>>
{
    ["lifecycle"] = () => LifecycleBench.RunAsync(10_000),
    ["start"] = () => StartBench.RunAsync(1_000),
    ["beat"] = BeatBench.RunAsync,
    ["idle"] = IdleBench.RunAsync,
    ["recover"] = RecoverBench.RunAsync,
    ["worker"] = () => WorkerBench.RunAsync(200),
    ["burst"] = BurstBench.RunAsync,
    ["growth"] = GrowthBench.RunAsync,
    ["change"] = ChangeBench.RunAsync,
    ["logs"] = LogsBench.RunAsync,
    ["chaos"] = ChaosBench.RunAsync,
    ["gateway"] = GatewayBench.RunAsync,
    ["peers"] = PeersBench.RunAsync,
};
// Only when they are named: they take many minutes, or Node and what npm installs.
string[] named = ["gateway", "chaos", "peers"];

switch (args)
{
    case ["demo"]:
        return await DemoRun.RunAsync();
    case ["bench", .. var names] when names.All(benchmarks.ContainsKey):
        var all = new List<Figure>();
        foreach (var name in names is [] ? benchmarks.Keys.Except(named).ToArray() : names)
        {
            var figures = await benchmarks[name]();
            Figures.Print(figures);
            Figures.Write(figures);
            all.AddRange(figures);
        }
        Console.WriteLine($"\n{all.Count} figures, written to out/bench.json.");
        return 0;
    default:
        Console.WriteLine($"""
            usage: Kanban.Bus.Benchmarks demo | bench [NAME…]

              demo     two boards, three workers, thirty tasks; a worker and a board killed, the broker restarted; ends with 0 when nothing is lost or doubled
              bench    measures, prints a table and writes out/bench.json: {string.Join(", ", benchmarks.Keys.Except(named))}; all of these unless named, and only by name: {string.Join(", ", named)}
            """);
        return args is [] or ["--help"] ? 0 : 2;
}
