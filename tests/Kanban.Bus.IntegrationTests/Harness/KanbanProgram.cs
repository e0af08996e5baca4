using System.Runtime.InteropServices;

namespace Kanban.Bus.IntegrationTests.Harness;

/// <summary>Where the <c>kanban</c> executable is that the tests start.</summary>
public static class KanbanProgram
{
    private const string NativeWorkerVariable = "KANBAN_WORKER_PROGRAM";

    /// <summary><c>KANBAN_PROGRAM</c> where that is set, else the CLI as it was built along with this project.</summary>
    public static string Path { get; } = Given("KANBAN_PROGRAM") ?? Built();

    /// <summary>The worker that was compiled ahead of time, where the tests are told of one: then every worker process of theirs is that one.</summary>
    public static string? NativeWorker { get; } = Given(NativeWorkerVariable);

    /// <summary>What its processes get of this one's environment: where .NET is, and a small heap for many processes on few cores.</summary>
    public static Dictionary<string, string> Environment(string home) => new()
    {
        ["HOME"] = home,
        ["DOTNET_ROOT"] = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_NOLOGO"] = "1",
        // None: what lies beside a program that was built along with the tests may be of older code.
        [NativeWorkerVariable] = NativeWorker ?? "",
    };

    /// <summary>The checkout's top folder.</summary>
    public static string Repository { get; } = FindRepository();

    private static string? Given(string variable) => System.Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : null;

    private static string Built()
    {
        // …/tests/Kanban.Bus.IntegrationTests/bin/Release/net10.0/ → …/src/Kanban.Bus.Cli/bin/Release/net10.0/kanban
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = System.IO.Path.Combine(
            FindRepository(), "src", "Kanban.Bus.Cli", "bin", framework.Parent!.Name, framework.Name, "kanban");
        return File.Exists(program) ? program : throw new FileNotFoundException($"{program} is not there: make build, or set KANBAN_PROGRAM.");
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Kanban.Bus.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No Kanban.Bus.sln above {AppContext.BaseDirectory}.");
    }
}
