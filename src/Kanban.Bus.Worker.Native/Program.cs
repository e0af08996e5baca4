using System.Text.Json;
using Kanban.Bus.Worker.Hosting;

// `kanban worker run` reads and checks the settings and then becomes this program, with the settings' file and its own command line as arguments.
if (args is not [['/', ..] settings, .. { Length: > 0 } kanban])
{
    Console.Error.WriteLine("kanban-worker is a part of 'kanban worker run', which starts it.");
    return 2;
}
var options = JsonSerializer.Deserialize(File.ReadAllBytes(settings), WorkerOptionsJson.Default.WorkerOptions) ?? throw new InvalidOperationException($"{settings} holds no settings.");
return await WorkerHost.RunAsync(options, kanban, CancellationToken.None);
