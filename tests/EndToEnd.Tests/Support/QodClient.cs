using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace QodOrleans.EndToEnd.Tests.Support;

/// <summary>An answer, whatever it says.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode? Body, HttpResponseHeaders Headers)
{
    /// <summary>A member of the body, as text.</summary>
    public string? this[string member] => Body?[member]?.ToString();

    public long Number(string member) => long.Parse(this[member] ?? "", CultureInfo.InvariantCulture);

    public override string ToString() => $"{(int)Status} {Body?.ToJsonString()}";
}

/// <summary>A client application: plain HTTP and JSON, as the CAMARA 0.10.1 description says.</summary>
internal sealed class QodClient : IDisposable
{
    private const string Sessions = "/qod/v0/sessions";

    private readonly HttpClient http;

    public QodClient(Uri address, string token)
    {
        http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Token = token;
    }

    public string Token { get; }

    public static async Task<QodClient> AuthorizeAsync(Uri address, string clientId, string clientSecret)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{clientSecret}")));
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        using var answer = await http.PostAsync(new Uri("/token", UriKind.Relative), form);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new QodClient(address, body!["access_token"]!.ToString());
    }

    /// <summary>A session of QOS_E to any server.</summary>
    public Task<Answer> CreateAsync(string phoneNumber, int durationSeconds = 3600, Uri? sink = null, string sinkToken = "a-token-of-twenty-characters-or-more") =>
        CreateAsync(Request(phoneNumber, durationSeconds, sink, sinkToken));

    public Task<Answer> CreateAsync(JsonObject request) => SendAsync(HttpMethod.Post, Sessions, request);

    public Task<Answer> GetAsync(string sessionId) => SendAsync(HttpMethod.Get, $"{Sessions}/{sessionId}");

    public Task<Answer> DeleteAsync(string sessionId) => SendAsync(HttpMethod.Delete, $"{Sessions}/{sessionId}");

    public Task<Answer> ExtendAsync(string sessionId, int additionalSeconds) =>
        SendAsync(HttpMethod.Post, $"{Sessions}/{sessionId}/extend", new JsonObject { ["requestedAdditionalDuration"] = additionalSeconds });

    /// <summary>GET until the session has this status.</summary>
    public Task<Answer> StatusAsync(string sessionId, string qosStatus, TimeSpan within) =>
        Poll.UntilAsync(() => GetAsync(sessionId), answer => answer["qosStatus"] == qosStatus, within, $"session {sessionId} {qosStatus}");

    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response.Headers);
    }

    public static JsonObject Request(string phoneNumber, int durationSeconds = 3600, Uri? sink = null, string sinkToken = "a-token-of-twenty-characters-or-more")
    {
        var request = new JsonObject
        {
            ["device"] = new JsonObject { ["phoneNumber"] = phoneNumber },
            ["applicationServer"] = new JsonObject { ["ipv4Address"] = "0.0.0.0/0" },
            ["qosProfile"] = "QOS_E",
            ["duration"] = durationSeconds,
        };
        if (sink is not null) request["webhook"] = new JsonObject { ["notificationUrl"] = sink.ToString(), ["notificationAuthToken"] = sinkToken };
        return request;
    }

    public void Dispose() => http.Dispose();
}
