using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QodOrleans.Contracts;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Tests;
using QodOrleans.TestSupport;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace QodOrleans.Postgres.Tests;

/// <summary>A migrated database, and a store on it. A class fixture.</summary>
public sealed class PostgresStore(PostgresServer server) : IStoreFixture, IAsyncLifetime
{
    private ServiceProvider? services;

    public string? WhyNone => server.WhyNone;

    public string ConnectionString { get; private set; } = "";

    public IServiceProvider Services => services!;

    public ISessionStore Store => Services.GetRequiredService<ISessionStore>();

    public IEventOutbox Outbox => Services.GetRequiredService<IEventOutbox>();

    public IGrantStore Grants => Services.GetRequiredService<IGrantStore>();

    public ISigningKeyStore SigningKeys => Services.GetRequiredService<ISigningKeyStore>();

    public async ValueTask InitializeAsync()
    {
        if (WhyNone is not null) return;
        ConnectionString = await server.CreateDatabaseAsync();
        services = Host(ConnectionString);
        await services.GetRequiredService<Migrations>().MigrateAsync();
    }

    /// <summary>What a program has that called AddQodPostgres.</summary>
    /// <param name="settings">Further ones, under Qod:Postgres.</param>
    public static ServiceProvider Host(string connectionString, params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings
                .Prepend(("ConnectionString", connectionString))
                .ToDictionary(setting => $"{PostgresOptions.Section}:{setting.Item1}", setting => (string?)setting.Item2))
            .Build();
        return new ServiceCollection().AddQodPostgres(configuration).BuildServiceProvider();
    }

    /// <summary>A connection of the test's own.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends when as many statements of the store wait for a lock.</summary>
    public Task WaitForBlockedAsync(int count = 1) => Eventually.IsTrueAsync(async () =>
        await ScalarAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") is long waiting && waiting >= count);

    public async ValueTask DisposeAsync()
    {
        if (services is null) return;
        await services.DisposeAsync();
        await server.DropDatabaseAsync(ConnectionString);
    }
}
