using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using QodOrleans.Api;
using QodOrleans.Grains;
using QodOrleans.Grains.Hosting;
using QodOrleans.Hosting;
using QodOrleans.Postgres;
using QodOrleans.Webhooks;

// The way into the cluster: the API, over an Orleans client. It keeps nothing, so there may be any number.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var settings = HostSettings.Read(builder.Configuration, args, defaultPort: 8080);
var keys = KeyFile.Load(builder.Configuration, settings.Data);

builder.AddQodLogging(settings.IsSandbox).AddQodTelemetry("qod-gateway");
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(settings.Url);

builder.Services.AddQodDomain(builder.Configuration, keys, settings.IsSandbox);
builder.Services.AddQodPostgres(builder.Configuration);
builder.Services.AddSealedTokenKeys().AddDataProtection();
builder.Services.AddOptions<KeyManagementOptions>().Configure<PostgresKeyRepository>((ring, repository) => ring.XmlRepository = repository);
builder.Services.AddQodSinks(settings.IsSandbox, new WebhookKeys(keys.SinkTokens));
builder.Services.AddQodApi(builder.Configuration);
builder.Services.AddQodGatewayHost(builder.Configuration, ApiExtensions.ReadyTag);
builder.UseOrleansClient(client => client.UseQodClustering(builder.Configuration));

// It listens at once, and says that it is not ready, while it waits for its database and its first silo.
builder.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = true);

var app = builder.Build();
app.MapQodApi();
app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine($"ready {settings.Url}"));
await app.RunAsync();
