using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Hosting;

/// <summary>What every host does the same.</summary>
public static class DomainExtensions
{
    /// <summary>CAMARA: the resources of a terminated session are kept for at least this long after the event.</summary>
    public static readonly TimeSpan ShortestRetention = TimeSpan.FromSeconds(360);

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(7);

    /// <summary>The times of a session's life, the profiles, the sinks that are allowed, and the keys that hide subscribers and seal tokens.</summary>
    /// <exception cref="InvalidOperationException">A setting is out of its range.</exception>
    public static IServiceCollection AddQodDomain(this IServiceCollection services, IConfiguration configuration, Keys keys, bool sandbox)
    {
        var policy = configuration.GetSection("Qod:Sessions").Get<SessionPolicy>() ?? new SessionPolicy();
        if (!sandbox && policy.UnavailableRetention < ShortestRetention)
        {
            throw new InvalidOperationException(
                $"Qod:Sessions:UnavailableRetention is {policy.UnavailableRetention}; outside the sandbox it is at least {ShortestRetention}.");
        }
        foreach (var (name, span) in TimesOf(policy))
            if (span <= TimeSpan.Zero || span > LongestTime)
                throw new InvalidOperationException($"Qod:Sessions:{name} is {span}; it must be above 0 and at most {LongestTime}.");
        services.AddSingleton(policy);
        services.AddSingleton(new QosProfileCatalog(configuration.GetSection("Qod:Profiles").Get<QosProfile[]>() ?? DefaultProfiles.For(sandbox)));
        services.AddSingleton(new SinkPolicy(sandbox));
        services.AddSingleton<ISecretProtector>(new SecretProtector(keys.SinkTokens));
        services.AddSingleton(new DeviceKeyHasher(keys.Devices));
        services.AddSingleton(new PairwiseSubjects(keys.Devices));
        services.AddSingleton(TimeProvider.System);
        return services;
    }

    private static IEnumerable<(string Name, TimeSpan Span)> TimesOf(SessionPolicy policy) =>
        typeof(SessionPolicy).GetProperties()
            .Where(property => property.PropertyType == typeof(TimeSpan))
            .Select(property => (property.Name, (TimeSpan)property.GetValue(policy)!));
}
