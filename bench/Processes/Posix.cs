using System.Runtime.InteropServices;

namespace QodOrleans.Bench.Processes;

/// <summary>The two things that .NET does not offer: to wake at an exact instant, and to ask a process to stop.</summary>
internal static partial class Posix
{
    private const int ClockMonotonic = 1;
    private const int TimerAbsolute = 1;
    private const int SetTimerSlack = 29;
    private const int Terminate = 15;

    /// <summary>Lets this thread's sleeps end on time: by default Linux may prolong each by 50 µs to save wake-ups.</summary>
    public static void SleepPrecisely() => _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);

    /// <summary>Blocks this thread until the monotonic clock shows <paramref name="timestamp"/>. .NET's own waits count in whole
    /// milliseconds, which at a rate of 1,000 a second is the whole distance between two requests.</summary>
    /// <param name="timestamp">As <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> gives it: on Linux, nanoseconds of the same clock.</param>
    public static void SleepUntil(long timestamp)
    {
        var (seconds, nanoseconds) = Math.DivRem(timestamp, 1_000_000_000);
        var until = new TimeSpec { Seconds = (nint)seconds, Nanoseconds = (nint)nanoseconds };
        while (ClockNanosleep(ClockMonotonic, TimerAbsolute, in until, 0) != 0)
        {
            // A signal came in between; the deadline is absolute, so the same call goes on.
        }
    }

    public static void AskToStop(int processId) => _ = Kill(processId, Terminate);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in TimeSpec until, nint remaining);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
