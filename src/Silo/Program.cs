using QodOrleans.Api;
using QodOrleans.Grains;
using QodOrleans.Grains.Administration;
using QodOrleans.Hosting;
using QodOrleans.Hosting.Clustering;
using QodOrleans.Memory;
using QodOrleans.Operators.Simulated;
using QodOrleans.Postgres;
using QodOrleans.Silo;
using QodOrleans.Webhooks;

if (args is ["hash-secret"])
{
    HashSecret.Run(Console.In, Console.Out, Console.Error);
    return;
}
if (args is ["make-certificates", var folder])
{
    MakeCertificates.Run(folder, TimeProvider.System);
    return;
}
var migrate = args is ["migrate", ..];

// A member of the cluster: grains, operators and the delivery of events. With --api it serves the whole API too, from the same process.
var host = QodHost.Create("qod-silo", defaultPort: 8081, SiloSettings.Spell(migrate ? args[1..] : args), SiloSettings.Switches);
var settings = SiloSettings.Read(host.Configuration);
if (migrate)
{
    host.Services.AddQodPostgres(host.Configuration);
    await host.Builder.Build().Services.GetRequiredService<Migrations>().MigrateAsync();
    return;
}

if (settings.InMemory) host.Services.AddMemoryStore();
else host.Services.AddGuardedPostgres(host.Configuration, settings.Api ? DatabaseDuties.Migrate | DatabaseDuties.Purge : DatabaseDuties.Purge);

host.Services.AddQodWebhooks(host.Configuration);
host.Services.AddSimulatedOperators(host.Configuration);
host.Services.AddQodAdministration(host.Configuration);
host.Services.AddQodSiloHost(host.Configuration, ApiExtensions.ReadyTag);
if (settings.Api)
{
    if (settings.InMemory) host.Services.AddTokenKeysInFolder(Path.Combine(host.Settings.Data, "token-keys"));
    else host.Services.AddTokenKeysInPostgres();
    host.Services.AddQodApi(host.Configuration);
}

// Last, so that it stops first: while the silo drains, what it needs is still there.
using var ports = settings.InMemory ? null : SiloPorts.Choose(host.Configuration, host.Settings.Data);
host.Builder.UseOrleans(silo => (settings.InMemory
        ? silo.UseInMemorySilo(host.Configuration, GrainsExtensions.OperatorStorage)
        : silo.UseQodClustering(host.Configuration, GrainsExtensions.OperatorStorage))
    .AddQodGrains(host.Configuration).AddQodOutboxShare().AddQodOperatorReports());

await host.RunAsync(app =>
{
    app.MapQodAdministration();
    if (settings.Api) app.MapQodApi();
    else app.MapQodHealth();
});
