using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres;
using QodOrleans.TestSupport;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace QodOrleans.Embedded.Tests;

/// <summary>A database of its own for each test, on the server that the assembly shares.</summary>
public sealed class PostgresEngineFixture : EmbeddedEngineFixture
{
    private PostgresServer server = null!;
    private string database = null!;
    private ServiceProvider services = null!;

    protected override async Task<ISessionStore> OpenStoreAsync()
    {
        server = await TestContext.Current.GetFixture<PostgresServer>() ?? throw new InvalidOperationException("The assembly has no Postgres server.");
        if (server.WhyNone is { } why) Assert.Skip(why);

        database = await server.CreateDatabaseAsync();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Qod:Postgres:ConnectionString", database)])
            .Build();
        services = new ServiceCollection().AddQodPostgres(configuration).BuildServiceProvider();
        await services.GetRequiredService<Migrations>().MigrateAsync();
        return services.GetRequiredService<ISessionStore>();
    }

    protected override async ValueTask CloseStoreAsync()
    {
        await services.DisposeAsync();
        await server.DropDatabaseAsync(database);
    }
}
