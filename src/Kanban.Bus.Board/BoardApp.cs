using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Boards;
using Kanban.Bus.Board.DeadLetters;
using Kanban.Bus.Board.Events;
using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Board.Hosting;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Logs;
using Kanban.Bus.Board.Pools;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Runs.Inside;
using Kanban.Bus.Board.Schedules;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Board.Tasks;

namespace Kanban.Bus.Board;

/// <summary>The board service: every feature's services, then every feature's routes.</summary>
public static class BoardApp
{
    /// <summary>Settings as the service reads them when it is started by itself: file, environment, flags, the later ones winning.</summary>
    public static IConfiguration DefaultSettings(string[] args) => new ConfigurationBuilder()
        .AddJsonFile("kanban.json", optional: true)
        .AddEnvironmentVariables("KANBAN__")
        .AddCommandLine(args)
        .Build();

    /// <param name="settings">Only the board's own keys; an unknown key or a bad value throws <see cref="SettingsException"/> with a sentence that names it.</param>
    /// <param name="configure">For the host that shares its process with a worker, and for tests.</param>
    public static WebApplication Create(IConfiguration settings, Action<WebApplicationBuilder>? configure = null)
    {
        var options = BoardOptions.Read(settings);
        var builder = BoardHost.CreateBuilder(options);
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddBoardOptions(options)
            .AddStorage(options.Storage, options.Home)
            .AddBus(options)
            .AddAccess()
            .AddBoardOpenApi()
            .AddDatabaseStart()
            .AddTasks()
            .AddLanes()
            .AddPools()
            .AddGateways()
            .AddSchedules()
            .AddScheduleClock(options.Storage)
            .AddRuns()
            .AddAdmission()
            .AddAlarms()
            .AddFleet()
            .AddLogs()
            .AddArtifacts(options.Artifacts, options.Home)
            .AddEvents();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseBoardHost(options);
        app.MapHealth();
        app.MapLogin();
        app.MapBoardOpenApi();
        app.MapDashboard();

        var api = app.MapGroup("/api/v1");
        api.MapAccess();
        api.MapBoards();
        api.MapLanes();
        api.MapPools();
        api.MapTasks();
        api.MapSchedules();
        api.MapAdmission();
        api.MapRuns();
        api.MapInside();
        api.MapFleet();
        api.MapLogs();
        api.MapArtifacts();
        api.MapEvents();
        api.MapAlarms();
        api.MapDeadLetters();
        return app;
    }
}
