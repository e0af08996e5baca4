using System.Globalization;
using System.Text.Json;
using Kanban.Bus.Worker.Hosting;
using Microsoft.Win32.SafeHandles;

// `kanban worker run` reads and checks the settings, and then becomes this program: kanban-worker DESCRIPTOR-OF-THE-SETTINGS KANBAN…
if (args is not [var descriptor, .. { Length: > 0 } kanban] || !int.TryParse(descriptor, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
{
    Console.Error.WriteLine("kanban-worker is a part of 'kanban worker run', which starts it.");
    return 2;
}
WorkerOptions options;
// Closed before anything is started: they hold the worker's token.
using (var settings = new FileStream(new SafeFileHandle(number, ownsHandle: true), FileAccess.Read))
    options = JsonSerializer.Deserialize(settings, WorkerOptionsJson.Default.WorkerOptions) ?? throw new InvalidOperationException("There are no settings.");
return await WorkerHost.RunAsync(options, kanban, CancellationToken.None);
