using QodOrleans.Core.Profiles;

namespace QodOrleans.Hosting;

/// <summary>The four profiles of the contract, in the spirit of CAMARA's mapping draft: E for stable latency, S, M and L for throughput.
/// <c>Qod:Profiles</c> replaces them as a whole.</summary>
internal static class DefaultProfiles
{
    private static readonly QosDuration OneSecond = new(1, TimeUnit.Seconds);
    private static readonly QosDuration OneDay = new(1, TimeUnit.Days);

    /// <summary>Where the sandbox's operators are.</summary>
    private static readonly CountryAvailability[] Sandbox =
        [new("ES", ["21407"]), new("DE", ["26203", "26207"]), new("BR", ["72406", "72410", "72411", "72423"])];

    /// <summary>Only of the sandbox is it known where they can be had.</summary>
    public static IReadOnlyList<QosProfile> For(bool sandbox) => sandbox ? [.. All.Select(profile => profile with { CountryAvailability = Sandbox })] : All;

    private static IReadOnlyList<QosProfile> All { get; } =
    [
        new()
        {
            Name = "QOS_E",
            Description = "Stable latency at a low rate: control, voice, gaming",
            TargetMinUpstreamRate = new Rate(500, RateUnit.kbps),
            MaxUpstreamRate = new Rate(500, RateUnit.kbps),
            TargetMinDownstreamRate = new Rate(500, RateUnit.kbps),
            MaxDownstreamRate = new Rate(500, RateUnit.kbps),
            MinDuration = OneSecond,
            MaxDuration = OneDay,
            Priority = 10,
            PacketDelayBudget = new QosDuration(50, TimeUnit.Milliseconds),
            Jitter = new QosDuration(10, TimeUnit.Milliseconds),
            PacketErrorLossRate = 3,
        },
        Throughput("QOS_S", "Small throughput: standard-definition video", megabits: 4, priority: 40),
        Throughput("QOS_M", "Medium throughput: high-definition video", megabits: 8, priority: 30),
        Throughput("QOS_L", "Large throughput: live production, several cameras", megabits: 20, priority: 20),
    ];

    private static QosProfile Throughput(string name, string description, int megabits, int priority) => new()
    {
        Name = name,
        Description = description,
        TargetMinUpstreamRate = new Rate(megabits, RateUnit.Mbps),
        MaxUpstreamRate = new Rate(megabits * 2, RateUnit.Mbps),
        TargetMinDownstreamRate = new Rate(megabits, RateUnit.Mbps),
        MaxDownstreamRate = new Rate(megabits * 2, RateUnit.Mbps),
        MaxDownstreamBurstRate = new Rate(megabits * 3, RateUnit.Mbps),
        MinDuration = OneSecond,
        MaxDuration = OneDay,
        Priority = priority,
        PacketDelayBudget = new QosDuration(150, TimeUnit.Milliseconds),
        PacketErrorLossRate = 4,
    };
}
