using Microsoft.AspNetCore.DataProtection;
using QodOrleans.Api;
using QodOrleans.Embedded;
using QodOrleans.Embedded.Memory;
using QodOrleans.Hosting;
using QodOrleans.Operators;
using QodOrleans.Postgres;
using QodOrleans.Standalone;
using QodOrleans.Webhooks;

// One process: API, engine, operators and delivery, over Postgres or memory.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var settings = StandaloneSettings.Read(builder.Configuration, args);
var keys = KeyFile.Load(builder.Configuration, settings.Data);

builder.AddQodLogging(settings.IsSandbox).AddQodTelemetry("qod-standalone");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(settings.Url);

builder.Services.AddQodDomain(builder.Configuration, keys, settings.IsSandbox);
builder.Services.AddHealthChecks().AddCheck<StoreHealthCheck>("store", tags: ["ready"]);

if (settings.Store == "memory")
{
    builder.Services.AddMemoryStore().AddDataProtection().UseEphemeralDataProtectionProvider();
}
else
{
    builder.Services.AddQodPostgres(builder.Configuration).AddSealedTokenKeys().AddDataProtection().PersistKeysToPostgres();
    builder.Services.AddSingleton<SoleOwner>().AddHostedService(provider => provider.GetRequiredService<SoleOwner>());
}

builder.Services.AddQodWebhooks(builder.Configuration, keys.SinkTokens);
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
