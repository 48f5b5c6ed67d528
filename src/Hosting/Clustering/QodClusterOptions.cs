using System.ComponentModel.DataAnnotations;
using QodOrleans.Hosting.Clustering.Tls;

namespace QodOrleans.Hosting.Clustering;

/// <summary>The cluster's settings, under <c>Qod:Cluster</c>. Silos and gateways read the same section.</summary>
public sealed class QodClusterOptions
{
    public const string Section = "Qod:Cluster";

    /// <summary>Switches of a silo's command line, with their keys.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string>
    {
        ["--silo-port"] = $"{Section}:SiloPort",
        ["--gateway-port"] = $"{Section}:GatewayPort",
        ["--name"] = $"{Section}:SiloName",
    };

    /// <summary>Names one deployment: processes with different names on one database do not see each other. Default <c>qod</c>.</summary>
    [Required]
    public string ClusterId { get; set; } = "qod";

    /// <summary>Names the service for ever: it is part of the key of what Orleans stores. Default <c>qod</c>.</summary>
    [Required]
    public string ServiceId { get; set; } = "qod";

    /// <summary>Name of this silo in logs and membership, for example the pod's. Default: Orleans makes one up.</summary>
    public string? SiloName { get; set; }

    /// <summary>The address that others reach this silo by; never a service's virtual address. Default 127.0.0.1, where it then listens alone;
    /// with another address it listens on all.</summary>
    public string AdvertisedAddress { get; set; } = "127.0.0.1";

    /// <summary>Silos talk to each other here. Default 11111.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Gateways connect here. Default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>How long a member first waits for the answer when it probes another member; later the wait adapts between half and one and a half of this.
    /// After three probes without an answer the other one is declared dead: a killed silo after about 2 times this, a frozen one, whose connections stay open,
    /// after about 5 times. 500 ms to 1 min, default 1 s; not below the longest pause of a healthy process.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a call between processes may take before its outcome counts as unknown. 1 s to 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a silo that stops may take to finish what is under way. 1 s to 10 min, default 30 s; what stops the process must wait
    /// longer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a grain that is not called stays in memory, about 4 kB each. 30 s to 1 day, default 1 min. A session's grain leaves memory earlier,
    /// when it expects no more calls for a while.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan GrainsIdleFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Encryption between silos and gateways. Default: none.</summary>
    public ClusterTlsOptions Tls { get; set; } = new();

    /// <summary>Lets a silo of production start without <see cref="Tls"/> although it is advertised on another address than loopback. Then whoever reaches its
    /// ports is a member, and whoever reads the network reads phone numbers. Default false.</summary>
    public bool AllowCleartext { get; set; }
}
