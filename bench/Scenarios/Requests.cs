using System.Net;
using System.Text;
using System.Text.Json;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Load;

namespace QodOrleans.Bench.Scenarios;

/// <summary>The API as the load uses it: CAMARA QoD 0.10, with the sandbox's first client.</summary>
internal static class Requests
{
    public const string Sessions = "/qod/v0/sessions";

    /// <summary>Long enough that nothing ends while it is measured.</summary>
    public const int LongDurationSeconds = 86_400;

    private const string SinkToken = "bench-notification-auth-token";
    private const string NumberBlank = "########";
    private const string IdBlank = "00000000-0000-0000-0000-000000000000";

    private static long nextDevice;

    /// <summary>An access token, by client credentials.</summary>
    public static async Task<string> TokenAsync(IPEndPoint host, CancellationToken cancellation)
    {
        var basic = $"Basic {Convert.ToBase64String("my-app-id:my-app-secret"u8)}";
        using var connection = await HttpConnection.ConnectAsync(host, cancellation);
        var answer = await connection.SendAsync(
            RequestTemplate.Build("POST", "/token", host, basic, "application/x-www-form-urlencoded", "grant_type=client_credentials"), cancellation);
        if (answer.Status != 200) throw new InvalidOperationException($"POST /token answered {answer.Status}: {Encoding.UTF8.GetString(answer.Body.Span)}");
        using var json = JsonDocument.Parse(answer.Body);
        return json.RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>Creates, each for a device that was never used before in this run.</summary>
    public static Workload Create(IPEndPoint host, string token, Uri? sink, int durationSeconds, Action<ReadOnlyMemory<byte>>? observe = null)
    {
        // Numbers that end in 0000 are those that the simulated operator accepts at once.
        var webhook = sink is null ? "" : $$""","webhook":{"notificationUrl":"{{sink}}","notificationAuthToken":"{{SinkToken}}"}""";
        var body = $$"""
            {"device":{"phoneNumber":"+34{{NumberBlank}}0000"},"applicationServer":{"ipv4Address":"203.0.113.10"},"qosProfile":"QOS_E","duration":{{durationSeconds}}{{webhook}}}
            """;
        var template = RequestTemplate.Of("POST", Sessions, host, token, body, NumberBlank);
        return new Workload(host, NewSource, ExpectedStatus: 201, observe);

        Func<ReadOnlyMemory<byte>> NewSource()
        {
            var writer = template.NewWriter();
            return () => writer.With(Interlocked.Increment(ref nextDevice));
        }
    }

    /// <summary>GETs of the given sessions in a random order that is the same in each run.</summary>
    public static Workload Get(IPEndPoint host, string token, IReadOnlyList<Guid> sessions)
    {
        var template = RequestTemplate.Of("GET", $"{Sessions}/{IdBlank}", host, token, json: null, IdBlank);
        var ids = sessions.Select(id => Encoding.ASCII.GetBytes(id.ToString("D"))).ToArray();
        new Random(1).Shuffle(ids);
        var next = 0;
        return new Workload(host, NewSource, ExpectedStatus: 200);

        Func<ReadOnlyMemory<byte>> NewSource()
        {
            var writer = template.NewWriter();
            return () => writer.With(ids[(uint)Interlocked.Increment(ref next) % (uint)ids.Length]);
        }
    }

    public static Workload GetEmpty(IPEndPoint host)
    {
        var request = RequestTemplate.Build("GET", "/empty", host, authorization: null, "", body: null);
        return new Workload(host, () => () => request, ExpectedStatus: 200);
    }

    /// <summary>The id in a create's answer.</summary>
    public static Guid SessionIdOf(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("sessionId").GetGuid();
    }
}
