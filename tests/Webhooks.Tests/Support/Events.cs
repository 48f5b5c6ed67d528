using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;
using QodOrleans.Webhooks.Formats;

namespace QodOrleans.Webhooks.Tests.Support;

internal static class Events
{
    public const string Surface = "test";

    /// <summary>Session number <paramref name="n"/>: ids sort as the numbers do.</summary>
    public static SessionId Session(int n) => new(new Guid(n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));

    /// <summary>A sink that ends in <c>/keyed</c> wants its token in the query.</summary>
    public static QosStatusChanged Event(
        int session, int sequence, string sink, DateTimeOffset occurredAt, byte[]? token = null, string? correlator = null) =>
        new(
            new Guid(MD5(session, sequence)),
            Session(session),
            sequence,
            Surface,
            sequence == 1 ? QosStatus.Available : QosStatus.Unavailable,
            sequence == 1 ? null : StatusInfo.DurationExpired,
            occurredAt,
            new Sink(new Uri(sink), token, TokenParameter: new Uri(sink).AbsolutePath.EndsWith("/keyed", StringComparison.Ordinal) ? "apikey" : null),
            correlator,
            $"https://broker.example/qod/v0/sessions/{Session(session)}");

    private static byte[] MD5(int session, int sequence) => SHA256.HashData(Encoding.ASCII.GetBytes($"{session}/{sequence}"))[..16];
}

/// <summary>A CloudEvent in the manner of CAMARA; for a sink that ends in <c>/below</c>, one level below it.</summary>
internal sealed class TestFormat : IEventFormat
{
    public IReadOnlyList<string> Surfaces => [Events.Surface];

    public EventMessage Format(QosStatusChanged change) => new("application/cloudevents+json", JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = change.EventId,
        source = change.Source,
        specversion = "1.0",
        type = "org.camaraproject.qod.v0.qos-status-changed",
        time = change.OccurredAt,
        data = new { sessionId = change.SessionId.ToString(), qosStatus = change.Status.ToString().ToUpperInvariant(), sequence = change.Sequence },
    }), change.Sink.Url.AbsolutePath.EndsWith("/below", StringComparison.Ordinal) ? new Uri(change.Sink.Url + "/notifications") : null);
}

/// <summary>What a request says, read from its body.</summary>
internal readonly record struct Told(string Session, int Sequence, string Id)
{
    public static Told Of(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var data = json.RootElement.GetProperty("data");
        return new Told(data.GetProperty("sessionId").GetString()!, data.GetProperty("sequence").GetInt32(), json.RootElement.GetProperty("id").GetString()!);
    }
}
