using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QodOrleans.Api.Releases.Qod010;
using QodOrleans.Authorization;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Grains.Abstractions;
using QodOrleans.Memory;
using QodOrleans.TestSupport;

namespace QodOrleans.Api.Tests;

/// <summary>The gateway as a host runs it, on Kestrel and a free port, over the grains of <see cref="SessionCluster"/>.</summary>
public class Gateway : IAsyncLifetime
{
    public const string Mock = "mock_sandbox_access_token";

    public const string PublicUrl = "https://api.example.com";

    private static int lastPhone = 60_000_000;

    private readonly WebApplication app;
    private SessionCluster cluster = null!;

    public Gateway()
        : this([])
    {
    }

    protected Gateway(params KeyValuePair<string, string?>[] settings)
        : this(settings, Profiles)
    {
    }

    private protected Gateway(KeyValuePair<string, string?>[] settings, QosProfileCatalog profiles)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("Qod:PublicUrl", PublicUrl)]).AddInMemoryCollection(settings);
        builder.Logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(profiles);
        builder.Services.AddSingleton<ISecretProtector, XorProtector>();
        builder.Services.AddSingleton(services => cluster.NewEngine(profiles, services.GetRequiredService<ILogger<OrleansSessionEngine>>()));
        builder.Services.AddSingleton(services => new FaultyEngine(new Lazy<ISessionEngine>(services.GetRequiredService<OrleansSessionEngine>)));
        builder.Services.AddSingleton<ISessionEngine>(services => services.GetRequiredService<FaultyEngine>());
        builder.Services.AddSingleton<IGrantStore>(Grants).AddSingleton<ISigningKeyStore>(Grants).AddSingleton(new PairwiseSubjects(new byte[32]));
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddQodApi(builder.Configuration);
        app = builder.Build();
        app.MapQodApi();
    }

    /// <summary>The gateway's own: of tokens, limits and deadlines. For sessions no time goes by but in <see cref="AdvanceAsync"/>.</summary>
    public ManualTimeProvider Clock { get; } = new();

    public MemoryGrantStore Grants { get; } = new();

    internal CapturedLog Log { get; } = new();

    internal FaultyEngine Engine => app.Services.GetRequiredService<FaultyEngine>();

    public IServiceProvider Services => app.Services;

    public Uri Address => new(app.Urls.First());

    internal ScopeCatalog Scopes => Services.GetRequiredService<ScopeCatalog>();

    public HttpClient Http { get; private set; } = null!;

    internal static QosProfileCatalog Profiles { get; } = new(
    [
        new QosProfile
        {
            Name = "QOS_E",
            Description = "Stable latency",
            MaxUpstreamRate = new Rate(500, RateUnit.kbps),
            PacketDelayBudget = new QosDuration(50, TimeUnit.Milliseconds),
            Jitter = new QosDuration(10, TimeUnit.Milliseconds),
            Priority = 10,
            PacketErrorLossRate = 3,
        },
        new QosProfile { Name = "QOS_S" },
        new QosProfile { Name = "QOS_M" },
        new QosProfile { Name = "QOS_L", TargetMinDownstreamRate = new Rate(20, RateUnit.Mbps) },
        new QosProfile { Name = "SHORT", MinDuration = new QosDuration(10, TimeUnit.Seconds), MaxDuration = new QosDuration(10, TimeUnit.Minutes) },
        new QosProfile { Name = "CLOSED", Status = QosProfileStatus.Deprecated },
    ]);

    public async ValueTask InitializeAsync()
    {
        cluster = await TestContext.Current.GetFixture<SessionCluster>() ?? throw new InvalidOperationException("There is no cluster.");
        Clock.Advance(cluster.Clock.GetUtcNow() - Clock.GetUtcNow());
        await app.StartAsync();
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Time goes by for sessions too. Returns when all that fell due has been done.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Assert.Equal(nameof(SessionTime), TestContext.Current.TestCollection?.TestCollectionDisplayName);
        Clock.Advance(by);
        await cluster.AdvanceAsync(by);
    }

    /// <summary>Something happens to a session at its operator, behind the client's back.</summary>
    public Task ReportAsync(SessionId id, OperatorOutcome report) => cluster.ReportAsync(id, report);

    /// <summary>A number that no other test uses.</summary>
    /// <param name="ending">The simulated operator has something special in mind for 9001 to 9009, and for nothing that ends in 0.</param>
    public static string Phone(string ending = "0") => "+34" + (Interlocked.Increment(ref lastPhone) + ending);

    public static JsonObject Body(Action<JsonObject>? change = null)
    {
        var body = new JsonObject
        {
            ["device"] = new JsonObject { ["phoneNumber"] = Phone() },
            ["applicationServer"] = new JsonObject { ["ipv4Address"] = "198.51.100.7" },
            ["qosProfile"] = "QOS_E",
            ["duration"] = 300,
        };
        change?.Invoke(body);
        return body;
    }

    public Task<Answer> CreateAsync(JsonNode body, string token = Mock) => SendAsync("POST", "/qod/v0/sessions", body.ToJsonString(), token);

    /// <summary>A new session's id.</summary>
    public async Task<string> CreatedAsync(Action<JsonObject>? change = null, string token = Mock)
    {
        var answer = await CreateAsync(Body(change), token);
        Assert.Equal(201, answer.Status);
        return (string)answer.Json["sessionId"]!;
    }

    /// <param name="token">Null for none.</param>
    public async Task<Answer> SendAsync(
        string method, string path, string? body = null, string? token = Mock, string? contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asks <c>/token</c> as an application does.</summary>
    public Task<Answer> TokenAsync(string form = "grant_type=client_credentials", string client = "my-app-id", string secret = "my-app-secret") =>
        SendAsync("POST", "/token", form, token: null, "application/x-www-form-urlencoded", ("Authorization", Basic(client, secret)));

    public async Task<string> AccessTokenAsync(string client = "my-app-id", string secret = "my-app-secret", string? scope = null)
    {
        var answer = await TokenAsync("grant_type=client_credentials" + (scope is null ? "" : "&scope=" + Uri.EscapeDataString(scope)), client, secret);
        Assert.Equal(200, answer.Status);
        return (string)answer.Json["access_token"]!;
    }

    public static string Basic(string client, string secret) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{secret}"));
}

/// <summary>The same without what only the sandbox knows.</summary>
public sealed class ProductionGateway() : Gateway(
    new("Qod:Mode", "production"),
    new("Qod:Clients:0:Id", "shop"),
    new("Qod:Clients:0:SecretHash", ClientSecret.Hash("shop secret/1")),
    new("Qod:Clients:0:Scopes:0", QodScopes.SessionsRead));

public sealed record Answer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The answer is null.");

    public string? Header(string name) => Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    public Answer Is(int status, string code, string message)
    {
        Assert.Equal((status, code, message), (Status, (string?)Json["code"], (string?)Json["message"]));
        return IsError();
    }

    /// <summary>Exactly <c>{status, code, message}</c>, and JSON.</summary>
    public Answer IsError()
    {
        var error = Json.AsObject();
        Assert.Equal(["status", "code", "message"], error.Select(member => member.Key));
        Assert.Equal(Status, (int)error["status"]!);
        Assert.Equal("application/json", Header("Content-Type"));
        return this;
    }

    /// <summary>A schema error at this place.</summary>
    public Answer IsSchemaError(string place)
    {
        Assert.Equal((400, "INVALID_ARGUMENT"), (Status, (string?)Json["code"]));
        var message = (string)Json["message"]!;
        Assert.True(message == $"Schema validation failed at {place}" || message.StartsWith($"Schema validation failed at {place}: ", StringComparison.Ordinal), message);
        return IsError();
    }
}

/// <summary>Seals with an exclusive or: reversible, and not the text itself.</summary>
internal sealed class XorProtector : ISecretProtector
{
    public byte[] Protect(string token) => [.. Encoding.ASCII.GetBytes(token).Select(b => (byte)(b ^ 0x5a))];

    public string Unprotect(byte[] sealedToken) => Encoding.ASCII.GetString([.. sealedToken.Select(b => (byte)(b ^ 0x5a))]);
}

/// <summary>What was logged, as text.</summary>
internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];

    public string All
    {
        get
        {
            lock (gate) return string.Join('\n', lines);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate) lines.Add($"{logLevel} {formatter(state, exception)} {exception?.GetType().Name}");
    }

    public void Dispose()
    {
    }
}
