using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Storage;
using QodOrleans.Hosting.Clustering;
using QodOrleans.Postgres;
using QodOrleans.TestSupport;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// More than there are processors: a cluster that starts waits more than it works.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace QodOrleans.Grains.Tests;

/// <summary>Two silos over a database of their own, on the server that the assembly shares.</summary>
public sealed class ClusterOverPostgres() : OrleansClusterFixture(silos: 2)
{
    private PostgresServer server = null!;
    private string database = null!;
    private IConfiguration configuration = null!;
    private ServiceProvider services = null!;

    /// <summary>Connection string of the database that the silos share.</summary>
    internal string Database => database;

    protected override async Task<ISessionStore> OpenStoreAsync()
    {
        server = await TestContext.Current.GetFixture<PostgresServer>() ?? throw new InvalidOperationException("The assembly has no Postgres server.");
        if (server.WhyNone is { } why) Assert.Skip(why);

        database = await server.CreateDatabaseAsync();
        configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Qod:Postgres:ConnectionString", database)])
            .Build();
        // The store keeps real time: its deadlines are about the database.
        services = new ServiceCollection().AddQodPostgres(configuration).BuildServiceProvider();
        await services.GetRequiredService<Migrations>().MigrateAsync();
        return services.GetRequiredService<ISessionStore>();
    }

    protected override async ValueTask CloseStoreAsync()
    {
        await services.DisposeAsync();
        await server.DropDatabaseAsync(database);
    }

    protected override void AddOperatorStorage(ISiloBuilder silo) => silo.AddQodOperatorStorage(configuration, GrainsExtensions.OperatorStorage);
}
