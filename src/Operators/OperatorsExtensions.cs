using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Operators.Resilience;

namespace QodOrleans.Operators;

/// <summary>Wires the operators of <c>Qod:Operators</c> into a host.</summary>
/// <remarks>To add an operator: copy the folder <c>Simulated</c>, implement <see cref="IOperatorAdapter"/>, register its kind with one
/// <c>AddAcmeOperator()</c> after this, and run <c>OperatorAdapterContract</c> over it with one line.</remarks>
public static class OperatorsExtensions
{
    /// <summary>Registers <see cref="OperatorDirectory"/> and <see cref="OperatorReportRelay"/>, also as <see cref="IOperatorReports"/>. The kinds of
    /// adapters come by their own <c>Add…Operator()</c>. Needs a <see cref="TimeProvider"/>, or takes the system's.</summary>
    /// <exception cref="OptionsValidationException">When the host starts, if <c>Qod:Operators</c> is wrong.</exception>
    public static IServiceCollection AddOperators(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OperatorsOptions>()
            .Configure(options => options.Operators = Read(configuration.GetSection(OperatorsOptions.Section)))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<OperatorsOptions>, OperatorsOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<OperatorMetrics>();
        services.AddSingleton<OperatorReportRelay>();
        services.AddSingleton<IOperatorReports>(provider => provider.GetRequiredService<OperatorReportRelay>());
        services.AddSingleton<OperatorAdapters>();
        services.AddSingleton(provider => provider.GetRequiredService<OperatorAdapters>().Directory());
        return services;
    }

    private static IReadOnlyList<OperatorOptions> Read(IConfigurationSection section)
    {
        if (!section.Exists()) return OperatorsOptions.Sandbox;

        var operators = new List<OperatorOptions>();
        foreach (var entry in section.GetChildren())
        {
            var @operator = entry.Get<OperatorOptions>() ?? new OperatorOptions();
            @operator.Settings = entry;
            operators.Add(@operator);
        }
        return operators;
    }

    internal static OperatorRoute ToRoute(this OperatorOptions options) => new()
    {
        Id = new OperatorId(options.Id),
        DisplayName = options.DisplayName ?? options.Id,
        NumberPrefixes = options.NumberPrefixes,
        Networks = [.. options.Networks.Select(network => TryParseNetwork(network, out var block) ? block : throw new FormatException(network))],
        OffersQod = options.OffersQod,
        Profiles = options.Profiles,
        ClientProfiles = options.ClientProfiles.ToDictionary(client => client.Key, IReadOnlyDictionary<string, string> (client) => client.Value),
    };

    internal static bool TryParseNetwork(string network, out AddressBlock block) =>
        AddressBlock.TryParseIpv4Block(network, out block) || AddressBlock.TryParseIpv6Block(network, out block);
}
