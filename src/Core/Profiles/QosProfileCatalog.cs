using System.Collections.Frozen;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Profiles;

/// <summary>The profiles on offer. Adding one is data, not code.</summary>
public sealed class QosProfileCatalog
{
    private readonly FrozenDictionary<string, QosProfile> byName;

    /// <exception cref="ArgumentException">Two profiles with one name, or a value outside CAMARA's limits.</exception>
    public QosProfileCatalog(IEnumerable<QosProfile> profiles)
    {
        All = [.. profiles];
        foreach (var profile in All) Check(profile);
        byName = All.ToFrozenDictionary(profile => profile.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<QosProfile> All { get; }

    public QosProfile? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Whether a new session may have this profile for this long.</summary>
    /// <returns>Null, or ProfileUnknown, ProfileNotApplicable, DurationOutOfRange.</returns>
    public SessionError? Admit(string name, TimeSpan duration)
    {
        if (Find(name) is not { } profile) return SessionError.ProfileUnknown(name);
        if (profile.Status != QosProfileStatus.Active) return SessionError.ProfileNotApplicable(name);
        if (duration < profile.ShortestDuration || duration > profile.LongestDuration)
            return SessionError.DurationOutOfRange(duration, profile.ShortestDuration, profile.LongestDuration);
        return null;
    }

    /// <summary>Whether devices of this operator may have the profile: asked once the operator is known.</summary>
    /// <returns>Null, or ProfileNotApplicable.</returns>
    public SessionError? AdmitAt(string name, OperatorId @operator) =>
        Find(name) is { } profile && !profile.IsOfferedBy(@operator) ? SessionError.ProfileNotApplicable(name) : null;

    /// <summary>CAMARA v0.10.1 to r3.2, schema QosProfile.</summary>
    private static void Check(QosProfile profile)
    {
        if (profile.Name.Length is < 3 or > 256 || !profile.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            throw new ArgumentException($"QoS profile '{profile.Name}': a name is 3 to 256 of a-z A-Z 0-9 _ . -");

        Rate?[] rates =
        [
            profile.TargetMinUpstreamRate, profile.MaxUpstreamRate, profile.MaxUpstreamBurstRate,
            profile.TargetMinDownstreamRate, profile.MaxDownstreamRate, profile.MaxDownstreamBurstRate,
        ];
        if (rates.Any(rate => rate?.Value is < 0 or > 1024)) throw new ArgumentException($"QoS profile '{profile.Name}': a rate is 0 to 1024 of its unit.");

        QosDuration?[] durations = [profile.MinDuration, profile.MaxDuration, profile.PacketDelayBudget, profile.Jitter];
        if (durations.Any(duration => duration?.Value < 1)) throw new ArgumentException($"QoS profile '{profile.Name}': a duration is at least 1 of its unit.");

        if (profile.Priority is < 1 or > 100) throw new ArgumentException($"QoS profile '{profile.Name}': priority is 1 to 100.");
        if (profile.PacketErrorLossRate is < 1 or > 10) throw new ArgumentException($"QoS profile '{profile.Name}': packetErrorLossRate is 1 to 10.");
        if (profile.CountryAvailability?.Any(country => country.CountryName is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z']) == true)
            throw new ArgumentException($"QoS profile '{profile.Name}': a country is two capital letters.");
        var networks = profile.CountryAvailability?.SelectMany(country => country.Networks ?? []) ?? [];
        if (networks.Any(plmn => plmn.Length is < 5 or > 6 || !plmn.All(char.IsAsciiDigit)))
            throw new ArgumentException($"QoS profile '{profile.Name}': a network is 5 or 6 digits.");
        if (profile.ShortestDuration > profile.LongestDuration) throw new ArgumentException($"QoS profile '{profile.Name}': minDuration is above maxDuration.");
    }
}
