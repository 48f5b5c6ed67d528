using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Postgres;

namespace QodOrleans.Hosting;

public static class StoreExtensions
{
    /// <summary>The store in Postgres, with its <see cref="DatabaseGuard"/>. Services start in the order in which they are added, so add this one before
    /// services that read the database when they start.</summary>
    public static IServiceCollection AddGuardedPostgres(this IServiceCollection services, IConfiguration configuration, DatabaseDuties duties) =>
        services.AddQodPostgres(configuration).AddHostedService(provider => ActivatorUtilities.CreateInstance<DatabaseGuard>(provider, duties));

    /// <summary>The keys of access tokens, sealed, in the database: every gateway reads the tokens of every other.</summary>
    public static IServiceCollection AddTokenKeysInPostgres(this IServiceCollection services)
    {
        services.AddSealedTokenKeys().AddDataProtection();
        services.AddOptions<KeyManagementOptions>().Configure<PostgresKeyRepository>((ring, repository) => ring.XmlRepository = repository);
        return services;
    }

    /// <summary>The same in a folder, for a host whose store is its memory: its tokens outlive a restart.</summary>
    public static IServiceCollection AddTokenKeysInFolder(this IServiceCollection services, string folder)
    {
        services.AddSealedTokenKeys().AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(folder));
        return services;
    }
}
