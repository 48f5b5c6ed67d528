using System.Diagnostics.CodeAnalysis;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Operators;

/// <summary>What the broker knows of an operator: what it owns, and what it calls our profiles.</summary>
public sealed record OperatorRoute
{
    public required OperatorId Id { get; init; }

    /// <summary>For people, for example "Movistar Spain".</summary>
    public required string DisplayName { get; init; }

    /// <summary>E.164 prefixes with "+", for example <c>+34</c>. The longest match over all operators wins.</summary>
    public required IReadOnlyList<string> NumberPrefixes { get; init; }

    /// <summary>Public address ranges in CIDR form. The narrowest match over all operators wins.</summary>
    public required IReadOnlyList<AddressBlock> Networks { get; init; }

    /// <summary>False: the operator is known, but sells no quality on demand.</summary>
    public bool OffersQod { get; init; } = true;

    /// <summary>CAMARA's profile name to the operator's; a profile that is not listed goes by its own name.</summary>
    public IReadOnlyDictionary<string, string> Profiles { get; init; } = new Dictionary<string, string>();

    /// <summary>The same per client, where an application has terms of its own with the operator: client id, then profile name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ClientProfiles { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The client's mapping before the operator's, and that before the name itself.</summary>
    public string ProfileFor(string clientId, string profile) =>
        ClientProfiles.TryGetValue(clientId, out var own) && own.TryGetValue(profile, out var agreed) ? agreed
        : Profiles.TryGetValue(profile, out var mapped) ? mapped
        : profile;
}

/// <summary>A device, found.</summary>
/// <param name="Subscriber">Canonical: two ways to write one subscriber give one text. Personal data.</param>
public sealed record ResolvedDevice(OperatorRoute Route, IOperatorAdapter Adapter, string Subscriber)
{
    /// <summary>Without the person.</summary>
    public override string ToString() => $"{nameof(ResolvedDevice)}({Route.Id})";
}

/// <summary>Finds a device's operator and subscriber from the identifiers given. Built once, from configuration.</summary>
public sealed class OperatorDirectory
{
    private readonly Dictionary<OperatorId, (OperatorRoute Route, IOperatorAdapter Adapter)> operators = [];
    private readonly List<(string Prefix, OperatorId Operator)> numbers = [];
    private readonly List<(AddressBlock Block, OperatorId Operator)> networks = [];

    /// <exception cref="ArgumentException">A route without an adapter, or two routes with one id.</exception>
    public OperatorDirectory(IEnumerable<OperatorRoute> routes, IEnumerable<IOperatorAdapter> adapters)
    {
        var byId = adapters.ToDictionary(adapter => adapter.Id);
        foreach (var route in routes)
        {
            if (!byId.TryGetValue(route.Id, out var adapter))
                throw new ArgumentException($"Operator '{route.Id}' is configured but has no adapter; known are: {string.Join(", ", byId.Keys)}.",
                    nameof(routes));
            if (!operators.TryAdd(route.Id, (route, adapter)))
                throw new ArgumentException($"Operator '{route.Id}' is configured twice.", nameof(routes));
            numbers.AddRange(route.NumberPrefixes.Select(prefix => (prefix, route.Id)));
            networks.AddRange(route.Networks.Select(block => (block, route.Id)));
        }
        numbers.Sort((a, b) => b.Prefix.Length.CompareTo(a.Prefix.Length));
        networks.Sort((a, b) => b.Block.PrefixLength.CompareTo(a.Block.PrefixLength));
    }

    public IEnumerable<OperatorRoute> Routes => operators.Values.Select(o => o.Route);

    /// <summary>The operator a session is pinned to.</summary>
    public bool TryGet(OperatorId id, [NotNullWhen(true)] out OperatorRoute? route, [NotNullWhen(true)] out IOperatorAdapter? adapter)
    {
        var found = operators.TryGetValue(id, out var entry);
        (route, adapter) = entry;
        return found;
    }

    /// <summary>Resolves a device by the most certain identifier it carries: number, then IPv4, then IPv6. All that can be routed must
    /// lead to one operator. A network access identifier is carried to the operator, but does not route.</summary>
    public ResolvedDevice? Resolve(Device device, out SessionError? error)
    {
        var candidates = Candidates(device.ToCanonical()).ToArray();
        error = candidates switch
        {
            [] => SessionError.DeviceNotIdentified(),
            [var first, .. var others] when others.Any(other => other.Operator != first.Operator) => SessionError.DeviceInconsistent(),
            [var first, ..] when !operators[first.Operator].Route.OffersQod => SessionError.ServiceNotApplicable(first.Operator),
            _ => null,
        };
        if (error is not null) return null;

        var (@operator, subscriber) = candidates[0];
        var (route, adapter) = operators[@operator];
        return new ResolvedDevice(route, adapter, subscriber);
    }

    private IEnumerable<(OperatorId Operator, string Subscriber)> Candidates(Device device)
    {
        if (device.PhoneNumber is { } phone)
        {
            var number = Subscriber.Canonical(phone);
            foreach (var (prefix, @operator) in numbers)
            {
                if (!number.StartsWith(prefix, StringComparison.Ordinal)) continue;
                yield return (@operator, Subscriber.OfNumber(number));
                break;
            }
        }
        if (device.Ipv4Address is { } v4 && AddressBlock.TryParseIpv4(v4.PublicAddress, out var address4) && Owner(address4) is { } owner4)
            yield return (owner4, Subscriber.OfIpv4(v4));
        if (device.Ipv6Address is { } v6 && AddressBlock.TryParseIpv6(v6, out var address6) && Owner(address6) is { } owner6)
            yield return (owner6, Subscriber.OfIpv6(address6));
    }

    private OperatorId? Owner(AddressBlock address)
    {
        foreach (var (block, @operator) in networks)
            if (block.Contains(address)) return @operator;
        return null;
    }
}
