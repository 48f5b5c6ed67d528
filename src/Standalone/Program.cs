using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using QodOrleans.Api;
using QodOrleans.Embedded;
using QodOrleans.Memory;
using QodOrleans.Hosting;
using QodOrleans.Operators.Simulated;
using QodOrleans.Postgres;
using QodOrleans.Standalone;
using QodOrleans.Webhooks;

if (args is ["hash-secret"])
{
    HashSecret.Run(Console.In, Console.Out, Console.Error);
    return;
}

// One process: API, engine, operators and delivery, over Postgres or memory.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var settings = StandaloneSettings.Read(builder.Configuration, args);
var keys = KeyFile.Load(builder.Configuration, settings.Data);

builder.AddQodLogging(settings.IsSandbox).AddQodTelemetry("qod-standalone");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(settings.Url);

builder.Services.AddQodDomain(builder.Configuration, keys, settings.IsSandbox);
builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("store", tags: [ApiExtensions.ReadyTag]);

if (settings.Store == "memory")
{
    builder.Services.AddMemoryStore();
    builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(settings.Data, "token-keys")));
}
else
{
    // Services start in the order in which they are added, and Data Protection, which the API adds, reads its keys as it starts: not before there is a table.
    builder.Services.AddQodPostgres(builder.Configuration).AddHostedService<DatabaseOwner>();
    builder.Services.AddOptions<KeyManagementOptions>().Configure<PostgresKeyRepository>((ring, repository) => ring.XmlRepository = repository);
}
builder.Services.AddSealedTokenKeys();

builder.Services.AddQodWebhooks(builder.Configuration, settings.IsSandbox, new WebhookKeys(keys.SinkTokens));
builder.Services.AddSimulatedOperators(builder.Configuration);
builder.Services.AddEmbeddedEngine(builder.Configuration);
builder.Services.AddQodApi(builder.Configuration);

var app = builder.Build();
if (args is ["migrate", ..])
{
    await app.Services.GetRequiredService<Migrations>().MigrateAsync();
    return;
}

app.MapQodApi();
app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine($"ready {settings.Url}"));
await app.RunAsync();
