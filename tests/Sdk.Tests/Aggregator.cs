using System.Net;
using System.Net.Http.Headers;
using System.Text;
using QodOrleans.TestSupport;

namespace QodOrleans.Sdk.Tests;

internal sealed record Seen(HttpMethod Method, string Path, AuthenticationHeaderValue? Authorization, string Correlator, string Body);

/// <summary>An aggregator that answers from a script, and whose clock moves by hand.</summary>
internal sealed class Aggregator : HttpMessageHandler
{
    public const string Session =
        """{"sessionId":"6a4d570a-6607-466d-889b-473e361afaa1","device":{"ipv4Address":{"publicAddress":"203.0.113.25","publicPort":8080}},"applicationServer":{"ipv4Address":"0.0.0.0/0"},"qosProfile":"QOS_E","duration":300,"startedAt":1795232644,"expiresAt":1795232944,"qosStatus":"AVAILABLE"}""";

    private readonly Queue<(string Path, int Status, string Body, TaskCompletionSource? Gate)> script = [];

    public List<Seen> Seen { get; } = [];

    public ManualTimeProvider Clock { get; } = new();

    public QodClientOptions Options => new()
    {
        BaseAddress = new Uri("http://aggregator.test/gateway"),
        RedirectUri = "https://my_app_server/qod-auth-callback",
        HttpClient = new HttpClient(this, disposeHandler: false),
        TimeProvider = Clock,
    };

    public Aggregator Answers(string path, int status, string body = "", TaskCompletionSource? gate = null)
    {
        script.Enqueue(($"/gateway{path}", status, body, gate));
        return this;
    }

    public Aggregator Request(int interval = 2) => Answers("/bc-authorize", 200, $$"""{"auth_req_id":"r","expires_in":120,"interval":{{interval}}}""");

    public Aggregator Token(string text, int seconds = 3600) => Answers("/token", 200, $$"""{"access_token":"{{text}}","token_type":"Bearer","expires_in":{{seconds}}}""");

    public Aggregator OAuthError(string path, string code) => Answers(path, 400, $$"""{"error":"{{code}}"}""");

    public Aggregator Created() => Answers("/qod/v0/sessions", 201, Session);

    public Aggregator Error(string path, int status, string code) => Answers(path, status, $$"""{"status":{{status}},"code":"{{code}}","message":"no"}""");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var path = request.RequestUri!.PathAndQuery;
        Seen.Add(new Seen(request.Method, path, request.Headers.Authorization, request.Headers.GetValues("x-correlator").Single(), body));
        Assert.True(script.TryDequeue(out var next), $"nobody expected {request.Method} {path}");
        Assert.Equal(next.Path, path);
        if (next.Gate is { } gate) await gate.Task.WaitAsync(cancellationToken);
        var response = new HttpResponseMessage((HttpStatusCode)next.Status) { Content = new StringContent(next.Body, Encoding.UTF8, "application/json") };
        if (next.Status == 503) response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7));
        return response;
    }
}
