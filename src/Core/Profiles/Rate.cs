namespace QodOrleans.Core.Profiles;

/// <summary>CAMARA <c>RateUnitEnum</c>, spelt as on the wire.</summary>
public enum RateUnit
{
#pragma warning disable CA1720, IDE1006 // The wire's own spelling.
    bps,
    kbps,
    Mbps,
    Gbps,
    Tbps,
#pragma warning restore CA1720, IDE1006
}

/// <summary>CAMARA <c>TimeUnitEnum</c>, spelt as on the wire.</summary>
public enum TimeUnit
{
    Days,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// <summary>CAMARA <c>Rate</c>.</summary>
/// <param name="Value">0 to 1024.</param>
public sealed record Rate(int Value, RateUnit Unit);

/// <summary>CAMARA <c>Duration</c>.</summary>
/// <param name="Value">At least 1.</param>
public sealed record QosDuration(int Value, TimeUnit Unit)
{
    public TimeSpan AsTimeSpan() => Unit switch
    {
        TimeUnit.Days => TimeSpan.FromDays(Value),
        TimeUnit.Hours => TimeSpan.FromHours(Value),
        TimeUnit.Minutes => TimeSpan.FromMinutes(Value),
        TimeUnit.Seconds => TimeSpan.FromSeconds(Value),
        TimeUnit.Milliseconds => TimeSpan.FromMilliseconds(Value),
        TimeUnit.Microseconds => TimeSpan.FromMicroseconds(Value),
        _ => TimeSpan.FromTicks(Value / TimeSpan.NanosecondsPerTick),
    };
}
