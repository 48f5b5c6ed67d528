using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Operators;

/// <summary>Says at start, all at once, what is wrong in <c>Qod:Operators</c>, and in what <c>Qod:Profiles</c> says of them: where, the value, and what
/// it should be.</summary>
internal sealed class OperatorsOptionsValidator(IEnumerable<OperatorAdapterKind> kinds, SessionPolicy? policy = null, QosProfileCatalog? profiles = null) : IValidateOptions<OperatorsOptions>
{
    public ValidateOptionsResult Validate(string? name, OperatorsOptions options)
    {
        var operators = options.Operators;
        string[] errors =
        [
            .. operators.Count == 0 ? [$"{OperatorsOptions.Section} is empty; leave it out for the operators of the sandbox."] : Array.Empty<string>(),
            .. operators.SelectMany(ErrorsOf),
            .. Repeated(operators.Select(@operator => (@operator.Id, Where(@operator))), "the id"),
            .. Repeated(operators.SelectMany(@operator => @operator.NumberPrefixes.Select(prefix => (prefix, Where(@operator)))), "the number prefix"),
            .. Repeated(operators.SelectMany(@operator => @operator.Networks.Where(IsNetwork).Select(network => (Canonical(network), Where(@operator)))), "the network"),
            .. profiles?.All.SelectMany(profile => StrangersOf(profile, operators)) ?? [],
        ];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private IEnumerable<string> ErrorsOf(OperatorOptions @operator)
    {
        var where = Where(@operator);

        if (@operator.Id.Length is < 1 or > 64 || !@operator.Id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            yield return $"{where}: Id is '{@operator.Id}'; it must be 1 to 64 of a-z 0-9 -, for example movistar-es.";

        if (kinds.All(kind => kind.Name != @operator.Adapter))
            yield return $"{where}: Adapter is '{@operator.Adapter}'; known here are: {string.Join(", ", kinds.Select(kind => kind.Name))}. Is its Add…Operator() missing?";

        if (@operator.NumberPrefixes.Count == 0 && @operator.Networks.Count == 0)
            yield return $"{where}: neither NumberPrefixes nor Networks; no device could ever be routed to it.";

        foreach (var prefix in @operator.NumberPrefixes.Where(prefix => !IsPrefix(prefix)))
            yield return $"{where}: number prefix '{prefix}' must be + and 1 to 15 digits, for example +34.";

        foreach (var network in @operator.Networks.Where(network => !IsNetwork(network)))
            yield return $"{where}: network '{network}' must be an IPv4 or IPv6 range in CIDR form, for example 203.0.113.0/24.";

        foreach (var (profile, own) in @operator.Profiles.Concat(@operator.ClientProfiles.SelectMany(client => client.Value)))
        {
            if (string.IsNullOrWhiteSpace(own)) yield return $"{where}: profile '{profile}' is mapped to nothing; leave it out where the operator uses the same name.";
        }

        var ranges = new List<ValidationResult>();
        Validator.TryValidateObject(@operator.Resilience, new ValidationContext(@operator.Resilience), ranges, validateAllProperties: true);
        foreach (var range in ranges) yield return $"{where}: Resilience: {range.ErrorMessage}";

        // A session given up before its create is over would be released first and made afterwards.
        if (policy is not null && @operator.Resilience.CreateDeadline + policy.ReleaseAnswersWithin > policy.CreateSettlesWithin)
        {
            yield return $"{where}: Resilience: CreateDeadline is {@operator.Resilience.CreateDeadline}; with Qod:Sessions:ReleaseAnswersWithin, {policy.ReleaseAnswersWithin}, "
                + $"it must come to no more than Qod:Sessions:CreateSettlesWithin, {policy.CreateSettlesWithin}.";
        }
    }

    /// <summary>A profile for an operator that does not exist would be refused to every device, and nobody would be told why.</summary>
    private static IEnumerable<string> StrangersOf(QosProfile profile, IReadOnlyList<OperatorOptions> operators)
    {
        foreach (var id in (profile.Operators ?? []).Where(id => operators.All(@operator => @operator.Id != id)))
            yield return $"Qod:Profiles: '{profile.Name}' is for the operator '{id}', which is none; known are: {string.Join(", ", operators.Select(@operator => @operator.Id))}.";
    }

    private static IEnumerable<string> Repeated(IEnumerable<(string Value, string Where)> values, string what) => values
        .GroupBy(entry => entry.Value)
        .Where(group => group.Count() > 1)
        .Select(group => $"{string.Join(" and ", group.Select(entry => entry.Where).Distinct())}: {what} '{group.Key}' is there {group.Count()} times; which would win?");

    private static string Where(OperatorOptions @operator) => (@operator.Settings as IConfigurationSection)?.Path ?? $"Operator '{@operator.Id}'";

    private static bool IsPrefix(string prefix) => prefix.Length is >= 2 and <= 16 && prefix[0] == '+' && prefix.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool IsNetwork(string network) => OperatorsExtensions.TryParseNetwork(network, out _);

    private static string Canonical(string network) => OperatorsExtensions.TryParseNetwork(network, out var block) ? block.ToString() : network;
}
