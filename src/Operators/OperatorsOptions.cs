using Microsoft.Extensions.Configuration;
using QodOrleans.Operators.Resilience;
using QodOrleans.Operators.Simulated;

namespace QodOrleans.Operators;

/// <summary>The operators behind this broker: the list <c>Qod:Operators</c>, or, where there is none, <see cref="Sandbox"/>.</summary>
/// <remarks>All or nothing: a single entry in the configuration replaces the three of the sandbox.</remarks>
public sealed class OperatorsOptions
{
    public const string Section = "Qod:Operators";

    public IReadOnlyList<OperatorOptions> Operators { get; set; } = [];

    /// <summary>The three operators that a host has without any configuration, all simulated. Numbers are real country codes, networks are
    /// documentation ranges (RFC 5737, RFC 3849). Loopback, in IPv4-mapped form too, is a line of the first: whoever tries the frontend flow
    /// on his own machine has one.</summary>
    public static IReadOnlyList<OperatorOptions> Sandbox { get; } =
    [
        new()
        {
            Id = "movistar-es", DisplayName = "Movistar Spain", NumberPrefixes = ["+34"],
            Networks = ["203.0.113.0/24", "2001:db8:34::/48", "127.0.0.0/8", "::1/128"],
            Settings = Lines(("127.0.0.0/8", "+34600000000"), ("::1/128", "+34600000000")),
        },
        new() { Id = "o2-de", DisplayName = "O2 Germany", NumberPrefixes = ["+49"], Networks = ["198.51.100.0/25", "2001:db8:49::/48"] },
        new() { Id = "vivo-br", DisplayName = "Vivo Brazil", NumberPrefixes = ["+55"], Networks = ["192.0.2.0/25", "2001:db8:55::/48"] },
    ];

    private static IConfiguration Lines(params (string Network, string PhoneNumber)[] lines) => new ConfigurationBuilder()
        .AddInMemoryCollection(lines.SelectMany((line, n) => new Dictionary<string, string?>
        {
            [$"Simulated:Lines:{n}:{nameof(SimulatedLine.Network)}"] = line.Network,
            [$"Simulated:Lines:{n}:{nameof(SimulatedLine.PhoneNumber)}"] = line.PhoneNumber,
        }))
        .Build();
}

/// <summary>One entry of <c>Qod:Operators</c>.</summary>
public sealed class OperatorOptions
{
    /// <summary>1 to 64 of <c>a-z 0-9 -</c>, for example <c>movistar-es</c>. Stored with every session: never rename one that has sessions.</summary>
    public string Id { get; set; } = "";

    /// <summary>For people. Default: the id.</summary>
    public string? DisplayName { get; set; }

    /// <summary>E.164 prefixes with "+", for example <c>+34</c>. The longest match over all operators wins.</summary>
    public IReadOnlyList<string> NumberPrefixes { get; set; } = [];

    /// <summary>Public address ranges in CIDR form, IPv4 and IPv6. The narrowest match over all operators wins.</summary>
    public IReadOnlyList<string> Networks { get; set; } = [];

    /// <summary>Default true. False: its devices are known, and told that there is no quality on demand for them.</summary>
    public bool OffersQod { get; set; } = true;

    /// <summary>CAMARA's profile name to the operator's. A profile that is not listed goes by its own name.</summary>
    public Dictionary<string, string> Profiles { get; set; } = [];

    /// <summary>The same per client id, for an application with terms of its own; goes before <see cref="Profiles"/>.</summary>
    public Dictionary<string, Dictionary<string, string>> ClientProfiles { get; set; } = [];

    /// <summary>Kind of the adapter, as its <c>Add…Operator()</c> registers it. Default <c>simulated</c>. What the adapter itself needs stands in
    /// a section beside this one.</summary>
    public string Adapter { get; set; } = SimulatedExtensions.Kind;

    public ResilienceOptions Resilience { get; set; } = new();

    /// <summary>The entry itself, for the adapter to read its own section from; null where it has none.</summary>
    internal IConfiguration? Settings { get; set; }
}
