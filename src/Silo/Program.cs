using QodOrleans.Api;
using QodOrleans.Grains;
using QodOrleans.Grains.Administration;
using QodOrleans.Grains.Hosting;
using QodOrleans.Hosting;
using QodOrleans.Operators.Simulated;
using QodOrleans.Postgres;
using QodOrleans.Webhooks;

// A member of the cluster: grains, operators and the delivery of events. HTTP serves health, and the administration of operators.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var settings = HostSettings.Read(builder.Configuration, args, defaultPort: 8081, QodClusterOptions.Switches);
var keys = KeyFile.Load(builder.Configuration, settings.Data);

builder.AddQodLogging(settings.IsSandbox).AddQodTelemetry("qod-silo");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(settings.Url);

builder.Services.AddQodDomain(builder.Configuration, keys, settings.IsSandbox);
builder.Services.AddQodPostgres(builder.Configuration);
builder.Services.AddQodWebhooks(builder.Configuration, settings.IsSandbox, new WebhookKeys(keys.SinkTokens));
builder.Services.AddSimulatedOperators(builder.Configuration);
builder.Services.AddQodSiloHost(builder.Configuration, ApiExtensions.ReadyTag);

// Last, so that it stops first: while the silo drains, what it needs is still there.
builder.UseOrleans(silo => silo.UseQodClustering(builder.Configuration).AddQodGrains(builder.Configuration).AddQodOutboxShare());

var app = builder.Build();
app.MapQodHealth();
app.MapQodAdministration();
app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine($"ready {settings.Url}"));
await app.RunAsync();
