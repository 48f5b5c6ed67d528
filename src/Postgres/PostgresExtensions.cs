using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Authorization;
using QodOrleans.Postgres.Events;
using QodOrleans.Postgres.Sessions;

namespace QodOrleans.Postgres;

public static class PostgresExtensions
{
    // The plans of the writers' statements are made once, when the tables may still be empty, and then kept. Without these settings Postgres may choose
    // to read the whole table, which is right for ten rows only.
    private const string PlannerSettings =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off";

    /// <summary>Registers the store in Postgres: <see cref="ISessionStore"/>, <see cref="IEventOutbox"/>, <see cref="IGrantStore"/>,
    /// <see cref="ISigningKeyStore"/>, <see cref="NpgsqlDataSource"/>, <see cref="Migrations"/>, <see cref="DatabaseInvariants"/> and <see
    /// cref="PostgresKeyRepository"/>.</summary>
    /// <param name="configuration">The whole configuration; the settings are under <see cref="PostgresOptions.Section"/>.</param>
    public static IServiceCollection AddQodPostgres(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PostgresOptions>().Bind(configuration.GetSection(PostgresOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => CreateDataSource(provider.GetRequiredService<IOptions<PostgresOptions>>().Value));
        services.AddSingleton<PostgresMetrics>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<ISessionStore>(provider => provider.GetRequiredService<SessionStore>());
        services.AddSingleton<EventOutbox>();
        services.AddSingleton<IEventOutbox>(provider => provider.GetRequiredService<EventOutbox>());
        services.AddSingleton<IGrantStore, GrantStore>();
        services.AddSingleton<ISigningKeyStore, SigningKeyStore>();
        services.AddSingleton<Migrations>();
        services.AddSingleton<DatabaseInvariants>();
        services.AddSingleton<PostgresKeyRepository>();
        return services;
    }

    private static NpgsqlDataSource CreateDataSource(PostgresOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        settings.Options = string.Join(' ', new[] { settings.Options, PlannerSettings }.Where(text => !string.IsNullOrEmpty(text)));
        settings.ApplicationName ??= "qod";
        settings.CommandTimeout = (int)options.StatementTimeout.TotalSeconds;
        // Npgsql's default of 15 s is too long to wait for a server that does not answer. The configuration may set another value.
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = Math.Max(1, (int)(options.CommitDeadline.TotalSeconds / 2));
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
