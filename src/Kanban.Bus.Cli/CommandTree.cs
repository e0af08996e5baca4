using System.CommandLine;
using Kanban.Bus.Cli.Access;
using Kanban.Bus.Cli.Boards;
using Kanban.Bus.Cli.Inside;
using Kanban.Bus.Cli.Lanes;
using Kanban.Bus.Cli.Mcp;
using Kanban.Bus.Cli.Ops;
using Kanban.Bus.Cli.Order;
using Kanban.Bus.Cli.Pools;
using Kanban.Bus.Cli.Schedules;
using Kanban.Bus.Cli.Tasks;
using Kanban.Bus.Cli.Tokens;
using Kanban.Bus.Cli.Workers;

namespace Kanban.Bus.Cli;

/// <summary>Every command, in the order that <c>--help</c> lists them.</summary>
internal static class CommandTree
{
    public static RootCommand Build(App app, Globals globals)
    {
        var root = new RootCommand("Kanban.Bus: one board that sees and steers agents on every host.")
        {
            Up.Build(app),
            Noun("task", "Add tasks, watch them, steer them",
                TaskAdd.Build(app), TaskList.Build(app), TaskShow.Build(app), TaskBrief.Build(app), TaskWhy.Build(app), TaskLogs.Build(app), TaskWait.Build(app),
                TaskEvents.Build(app), TaskEdit.Build(app), TaskMove.Build(app), TaskComment.Build(app), TaskAnswer.Build(app), TaskBlock.Build(app), TaskUnblock.Build(app),
                TaskCancel.Build(app), TaskRetry.Build(app), TaskAdopt.Build(app), TaskLink.Build(app), TaskUnlink.Build(app), TaskArchive.Build(app), TaskRestore.Build(app),
                TaskArtifacts.Build(app), TaskDownload.Build(app), TaskAttach.Build(app)),
            Noun("lane", "Streams of work, their caps and limits",
                LaneList.Build(app), LaneShow.Build(app), LaneAdd.Build(app), LaneSet.Build(app), LanePause.Build(app), LaneResume.Build(app), LaneResetBreaker.Build(app)),
            Noun("pool", "Capacities that lanes share: gateways, accounts, hosts, everything",
                PoolList.Build(app), PoolShow.Build(app), PoolCreate.Build(app), PoolSet.Build(app), PoolPause.Build(app), PoolResume.Build(app), PoolUnpark.Build(app), PoolDelete.Build(app)),
            Noun("schedule", "Tasks that come again and again",
                ScheduleList.Build(app), ScheduleShow.Build(app), ScheduleCreate.Build(app), ScheduleSet.Build(app), ScheduleVerbs.BuildPause(app),
                ScheduleVerbs.BuildResume(app), ScheduleVerbs.BuildRunNow(app), ScheduleVerbs.BuildDelete(app)),
            DispatchCommand.Build(app),
            SimulateCommand.Build(app),
            PoolPause.BuildAll(app),
            PoolResume.BuildAll(app),
            Noun("order", "Who comes first of those who wait",
                OrderShow.Build(app), OrderSet.Build(app)),
            Noun("worker", "Run a worker on this host; see the workers of every host",
                WorkerRun.Build(app), WorkerList.Build(app), WorkerDrain.Build(app), WorkerInstall.Build(app), WorkerAgents.Build(app)),
            Noun("board", "Serve the board; sets of tasks with keys of their own",
                BoardServe.Build(app), BoardList.Build(app), BoardAdd.Build(app), BoardSet.Build(app)),
            Noun("token", "Keys for people, scripts and workers",
                TokenCreate.Build(app), TokenList.Build(app), TokenRevoke.Build(app)),
            Noun("ops", "Look after the installation",
                Check.Build(app),
                AlarmList.Build(app),
                AlarmAcknowledge.Build(app),
                Noun("dlq", "Dead letters: messages that nobody could read",
                    DeadLetterList.Build(app), DeadLetterShow.Build(app), DeadLetterResend.Build(app), DeadLetterDrop.Build(app))),
            Endings.BuildComplete(app),
            Endings.BuildReview(app),
            Endings.BuildAsk(app),
            Endings.BuildBlock(app),
            Endings.BuildFail(app),
            RunCreate.Build(app),
            RunTalk.BuildShow(app),
            RunTalk.BuildComment(app),
            RunTalk.BuildInbox(app),
            RunTalk.BuildLink(app),
            RunTalk.BuildHeartbeat(app),
            RunAttach.Build(app),
            Guard.Build(app),
            Noun("mcp", "The board as tools of an agent", McpServe.Build(app)),
            Doctor.Build(app),
            Login.Build(app),
            Logout.Build(app),
            WhoAmICommand.Build(app),
            Dashboard.Build(app),
            Completion.Build(app),
            VersionCommand.Build(app),
            OpenApi.Build(app),
        };
        foreach (var option in globals.All)
            root.Options.Add(option);
        return root;
    }

    private static Command Noun(string name, string description, params Command[] verbs)
    {
        var noun = new Command(name, description);
        foreach (var verb in verbs)
            noun.Subcommands.Add(verb);
        return noun;
    }
}
