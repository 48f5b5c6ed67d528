namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>Waiting for what another process will show when asked.</summary>
internal static class Poll
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until the answer satisfies, and returns it.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message holds the last answer.</exception>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, TimeSpan within, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (satisfies(answer)) return answer;
            if (TimeProvider.System.GetElapsedTime(started) > within) throw new TimeoutException($"{what}: not within {within}; the last answer was {answer}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    /// <summary>The wall clock reaches a moment.</summary>
    public static async Task ClockReachesAsync(DateTimeOffset moment)
    {
        var left = moment - TimeProvider.System.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.Delay(left, TimeProvider.System);
    }
}
