using System.Text.Json;
using Kanban.Bus.Worker.Hosting;

// Started by `kanban worker run`, which reads and checks the settings and then becomes this program.
if (args is not ["--settings", var file])
{
    Console.Error.WriteLine("kanban-worker is started by 'kanban worker run'.");
    return 2;
}
var options = JsonSerializer.Deserialize(File.ReadAllBytes(file), WorkerOptionsJson.Default.WorkerOptions)
    ?? throw new InvalidOperationException("The settings are empty.");
return await WorkerHost.RunAsync(options, CancellationToken.None);
