using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Kanban.Bus.Tests.Harness;

/// <summary>Waits for a fact, not for milliseconds: a test is as fast as the fact and fails with what it last saw.</summary>
public static class Eventually
{
    /// <summary>Time given to a fact where a test names none: a minute, because two slow cores may run everything at once, and a fact that comes early costs nothing.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Returns when <paramref name="fact"/> holds; throws when the deadline passes first.</summary>
    /// <param name="within">Wall time; <see cref="Deadline"/> by default.</param>
    /// <exception cref="TimeoutException">Names the fact and, where the last look failed, how.</exception>
    public static Task Async(
        Func<Task<bool>> fact, TimeSpan? within = null, [CallerArgumentExpression(nameof(fact))] string text = "") =>
        ValueAsync(async () => await fact() ? "holds" : null, within, text);

    /// <inheritdoc cref="Async(Func{Task{bool}}, TimeSpan?, string)"/>
    public static Task Async(
        Func<bool> fact, TimeSpan? within = null, [CallerArgumentExpression(nameof(fact))] string text = "") =>
        ValueAsync(() => Task.FromResult(fact() ? "holds" : null), within, text);

    /// <summary>Returns the first value that is not null. A look that throws counts as "not yet".</summary>
    /// <exception cref="TimeoutException">Its inner exception is the last look's, if that threw.</exception>
    public static async Task<T> ValueAsync<T>(
        Func<Task<T?>> look, TimeSpan? within = null, [CallerArgumentExpression(nameof(look))] string text = "")
        where T : class
    {
        var deadline = within ?? Deadline;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Exception? failure = null;
            try
            {
                if (await look() is { } value)
                    return value;
            }
            catch (Exception e) when (e is not (OutOfMemoryException or NullReferenceException))
            {
                failure = e;
            }

            var elapsed = Stopwatch.GetElapsedTime(started);
            if (elapsed > deadline)
                throw new TimeoutException($"Not within {deadline.TotalSeconds:0.#} s: {text}{(failure is null ? "" : $" — last look: {failure.Message}")}", failure);
            // Often at first, then rarely enough not to load what it waits for.
            await Task.Delay(Math.Clamp((int)elapsed.TotalMilliseconds / 20, 10, 200));
        }
    }
}
