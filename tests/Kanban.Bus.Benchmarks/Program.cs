using Kanban.Bus.Benchmarks.Demo;

switch (args)
{
    case ["demo"]:
        return await DemoRun.RunAsync();
    default:
        Console.WriteLine("""
            usage: Kanban.Bus.Benchmarks MODE

              demo     two boards, three workers, thirty tasks, one worker killed midway; ends with 0 when nothing is lost or doubled

            Measurements are not written yet. Planned, each on private PostgreSQL and RabbitMQ servers with several boards and workers:
              admit    tasks admitted per second by one and by three boards, and the time from "ready" to "offered"
              claim    claims, heartbeats and finishes per second with 200 workers
              follow   time from a written log line to an open "kanban task logs -f"
            """);
        return args is [] or ["--help"] ? 0 : 2;
}
