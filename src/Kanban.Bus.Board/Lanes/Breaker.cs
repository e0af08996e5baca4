using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Kanban.Bus.Board.Lanes;

/// <summary>A lane whose tasks all fail by the same error stands still, but for one run at a time that tries whether it still does. In the lane's row as JSON; a lane without one works.</summary>
/// <param name="Error">The words that the errors have in common.</param>
/// <param name="Tasks">That failed so before it opened.</param>
/// <param name="CanaryAt">When the next run may try.</param>
/// <param name="Canary">The run that tries; null while it is open.</param>
/// <param name="CanaryKey">As in <c>web-31#2</c>.</param>
public sealed record Breaker(DateTimeOffset Since, string Error, int Tasks, int CoolDownSeconds, DateTimeOffset CanaryAt, Guid? Canary = null, string? CanaryKey = null)
{
    public static readonly TimeSpan LongestCoolDown = TimeSpan.FromHours(1);

    [JsonIgnore]
    public BreakerState State => Canary is null ? BreakerState.Open : BreakerState.HalfOpen;

    public static Breaker Open(string error, int tasks, int coolDownSeconds, DateTimeOffset now) => new(now, error, tasks, coolDownSeconds, now.AddSeconds(coolDownSeconds));

    /// <summary>The canary goes.</summary>
    public Breaker Try(Guid run, string key) => this with { Canary = run, CanaryKey = key };

    /// <summary>The canary failed: the next one waits twice as long.</summary>
    public Breaker FailedAgain(DateTimeOffset now)
    {
        var seconds = (int)Math.Min(CoolDownSeconds * 2L, LongestCoolDown.TotalSeconds);
        return this with { CoolDownSeconds = seconds, CanaryAt = now.AddSeconds(seconds), Canary = null, CanaryKey = null };
    }

    /// <summary>The canary ended without telling anything (lost, taken back, cancelled): another one may go.</summary>
    public Breaker Untold(DateTimeOffset now) => this with { CanaryAt = now, Canary = null, CanaryKey = null };

    /// <summary>What becomes of it when its canary has ended; null when it closes.</summary>
    /// <param name="fault">What was at fault; a run that asked for a person did work.</param>
    public Breaker? After(RunState state, ErrorClass? fault, DateTimeOffset now) => state switch
    {
        RunState.Succeeded => null,
        RunState.Failed when fault is null => null,
        RunState.Failed or RunState.TimedOut => FailedAgain(now),
        _ => Untold(now),
    };

    /// <summary>Why nothing of the lane starts; null when the canary may go.</summary>
    /// <param name="taken">Whether another task was chosen for it.</param>
    public Wait? WhyNot(string lane, DateTimeOffset now, bool taken)
    {
        if (Canary is null && !taken && now >= CanaryAt)
            return null;
        var next = Canary is not null ? $"canary {CanaryKey} tries whether it still is so" : taken || now >= CanaryAt ? "a canary goes now" : $"a canary goes at {Clock(CanaryAt)}";
        return new(WaitCode.BreakerOpen, $"lane {lane}: breaker is {(Canary is null ? "open" : "half open")} since {Clock(Since)} after {Tasks} tasks failed with \"{Error}\"; {next}");
    }

    private static string Clock(DateTimeOffset at) => at.ToUniversalTime().ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>The column's JSON.</summary>
public sealed class BreakerConverter() : ValueConverter<Breaker, string>(
    breaker => JsonSerializer.Serialize(breaker, Json.Board), text => JsonSerializer.Deserialize<Breaker>(text, Json.Board)!);
