using System.Diagnostics;
using System.Globalization;
using QodOrleans.Bench.Processes;
using QodOrleans.Bench.Report;

namespace QodOrleans.Bench.Measuring;

/// <summary>Who used the cores during a turn: tells what bounds a result, and how much of it is the driver's own weight.</summary>
internal sealed class CpuUse
{
    // proc(5): the columns of /proc/stat count hundredths of a second on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly IReadOnlyList<ChildProcess> service;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly (double Driver, double Service, double Machine) before;

    private CpuUse(IReadOnlyList<ChildProcess> service)
    {
        this.service = service;
        before = Read();
    }

    public static CpuUse Since(params IReadOnlyList<ChildProcess> service) => new(service);

    /// <summary>Of all that ran since then: the service's own processes, and everything on the machine but the driver.</summary>
    public (TimeSpan Service, TimeSpan ButDriver) Used()
    {
        var now = Read();
        return (TimeSpan.FromSeconds(now.Service - before.Service), TimeSpan.FromSeconds(now.Machine - before.Machine - (now.Driver - before.Driver)));
    }

    public string Describe()
    {
        var now = Read();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var (driver, served, machine) = ((now.Driver - before.Driver) / seconds, (now.Service - before.Service) / seconds, (now.Machine - before.Machine) / seconds);
        return $"of {Environment.ProcessorCount} cores the driver used {Text.Of(driver)}, the service {Text.Of(served)}, Postgres and the rest {Text.Of(machine - driver - served)}";
    }

    private (double Driver, double Service, double Machine) Read()
    {
        using var driver = Process.GetCurrentProcess();
        return (driver.TotalProcessorTime.TotalSeconds, service.Sum(process => process.ProcessorTime.TotalSeconds), MachineSeconds());
    }

    // cpu  user nice system idle iowait irq softirq …
    private static double MachineSeconds()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / TicksPerSecond;
    }
}
