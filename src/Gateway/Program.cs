using QodOrleans.Api;
using QodOrleans.Grains.Abstractions;
using QodOrleans.Hosting;
using QodOrleans.Hosting.Clustering;

// The way into the cluster: the API, over an Orleans client. It keeps nothing, so there may be any number.
var host = QodHost.Create("qod-gateway", defaultPort: 8080, args);

host.Services.AddGuardedPostgres(host.Configuration, DatabaseDuties.None).AddTokenKeysInPostgres();
host.Services.AddQodApi(host.Configuration);
host.Services.AddOrleansEngine(host.Configuration);
host.Services.AddQodGatewayHost(host.Configuration, ApiExtensions.ReadyTag);
host.Builder.UseOrleansClient(client => client.UseQodClustering(host.Configuration));

// It listens at once, and says that it is not ready, while it waits for its database and its first silo.
host.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = true);

await host.RunAsync(app => app.MapQodApi());
