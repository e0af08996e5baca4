using Kanban.Bus.Contracts;

namespace Kanban.Bus.Worker.Hosting;

/// <summary>Refuses settings that can't work, each with a sentence that names the setting, what was given and what is allowed.</summary>
public static class WorkerOptionsCheck
{
    private const string NameRule = "lower-case letters, digits and hyphens, 1 to 40 characters";

    public static IEnumerable<string> Faults(WorkerOptions o)
    {
        if (!Limits.Name.IsMatch(o.Host))
            yield return $"Worker:Host '{o.Host}' is not a name: {NameRule}.";
        if (o.Id.Length > 0 && !Limits.Name.IsMatch(o.Id))
            yield return $"Worker:Id '{o.Id}' is not a name: {NameRule}.";
        if (o.Lanes.Count == 0)
            yield return "Worker:Lanes is empty: name at least one lane with its slots, such as shell=2.";
        foreach (var (lane, slots) in o.Lanes)
        {
            if (!Limits.Name.IsMatch(lane))
                yield return $"Worker:Lanes: '{lane}' is not a lane's name: {NameRule}.";
            if (slots is < 1 or > 10_000)
                yield return $"Worker:Lanes:{lane} is {slots}; slots are 1 to 10,000.";
        }
        foreach (var capability in o.Capabilities.Where(c => !Limits.Capability.IsMatch(c)))
            yield return $"Worker:Capabilities: '{capability}' is not a capability such as cuda, repo=web or mem=64.";
        if (o.BoardUrl.Length == 0)
            yield return "Worker:BoardUrl is empty: give the board's address, such as https://board.example.";
        else if (!(Uri.TryCreate(o.BoardUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return $"Worker:BoardUrl '{o.BoardUrl}' is not an address; give one that starts with http:// or https://.";
        if (o.HoldLimit < TimeSpan.FromSeconds(1) || o.HoldLimit > TimeSpan.FromMinutes(25))
            yield return $"Worker:HoldLimit is {o.HoldLimit}; 1 second to 25 minutes are allowed.";
        if (o.DrainLimit < TimeSpan.Zero || o.DrainLimit > TimeSpan.FromHours(24))
            yield return $"Worker:DrainLimit is {o.DrainLimit}; 0 to 24 hours are allowed.";
        if (o.LogLimitBytes < 1 << 20)
            yield return $"Worker:LogLimitBytes is {o.LogLimitBytes}; at least 1,048,576 is needed.";
        foreach (var fault in o.Quiet.Faults())
            yield return fault;
        if (o.KeepWorktrees < TimeSpan.Zero || o.KeepWorktrees > TimeSpan.FromDays(365))
            yield return $"Worker:KeepWorktrees is {o.KeepWorktrees}; 0 to 365 days are allowed.";
        foreach (var (profile, p) in o.Profiles)
        {
            if (!Limits.Name.IsMatch(profile))
                yield return $"Worker:Profiles: '{profile}' is not a profile's name: {NameRule}.";
            foreach (var fault in ProfileCheck.Faults(p))
                yield return $"Worker:Profiles:{profile}:{fault}";
        }
    }
}
