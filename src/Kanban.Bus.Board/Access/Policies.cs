namespace Kanban.Bus.Board.Access;

/// <summary>Who may call a route: <c>.RequireAuthorization(Policies.WorkerSession)</c>. A route that names none is for people only.</summary>
public static class Policies
{
    /// <summary>People: an admin key, or a browser's session. The default of every route.</summary>
    public const string Person = "person";

    /// <summary>A worker token, installed on a host: registration, nothing else.</summary>
    public const string WorkerHost = "worker-host";

    /// <summary>A registered worker. Where the route has <c>{id}</c>, it must be the worker's own; another's reads 404.</summary>
    public const string WorkerSession = "worker-session";

    /// <summary>A run, with the token of its live lease. Where the route has <c>{runId}</c>, it must be its own; another's reads 404.</summary>
    public const string RunHolder = "run-holder";

    /// <summary>Whoever shows a good token of any kind.</summary>
    public const string Anyone = "anyone";
}
