using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Postgres.Sessions;

/// <summary>The part of <see cref="SessionTerms"/> that has no column of its own, as UTF-8 JSON. Rows of every earlier release must stay
/// readable: members are added, never renamed.</summary>
internal sealed record SessionDocument(
    string Surface,
    string Subscriber,
    Device Device,
    ApplicationServer ApplicationServer,
    PortsSpec? DevicePorts,
    PortsSpec? ApplicationServerPorts,
    string QosProfile,
    string? Sink,
    byte[]? SinkToken,
    string? Correlator,
    DateTimeOffset CreatedAt,
    bool? DeviceFromToken = null,
    DateTimeOffset? SinkTokenExpiresAt = null,
    string? SinkTokenParameter = null,
    string? SessionsUrl = null)
{
    public static byte[] Write(SessionTerms terms) => JsonSerializer.SerializeToUtf8Bytes(
        new SessionDocument(
            terms.Surface,
            terms.Subscriber,
            terms.Device,
            terms.ApplicationServer,
            terms.DevicePorts,
            terms.ApplicationServerPorts,
            terms.QosProfile,
            terms.Sink?.Url.OriginalString,
            terms.Sink?.ProtectedToken,
            terms.Correlator,
            terms.CreatedAt,
            terms.DeviceFromToken ? true : null,
            terms.Sink?.TokenExpiresAt,
            terms.Sink?.TokenParameter,
            terms.SessionsUrl),
        SessionDocumentJson.Readable.SessionDocument);

    public static SessionTerms Read(byte[] utf8, string clientId, string? subject, OperatorId @operator, DeviceKey deviceKey)
    {
        var document = JsonSerializer.Deserialize(utf8, SessionDocumentJson.Readable.SessionDocument)
            ?? throw new JsonException("A session's document is empty.");
        return new SessionTerms
        {
            ClientId = clientId,
            Subject = subject,
            Surface = document.Surface,
            SessionsUrl = document.SessionsUrl,
            Operator = @operator,
            Subscriber = document.Subscriber,
            DeviceKey = deviceKey,
            Device = document.Device,
            DeviceFromToken = document.DeviceFromToken ?? false,
            ApplicationServer = document.ApplicationServer,
            DevicePorts = document.DevicePorts,
            ApplicationServerPorts = document.ApplicationServerPorts,
            QosProfile = document.QosProfile,
            Sink = document.Sink is { } sink ? new Sink(new Uri(sink), document.SinkToken, document.SinkTokenExpiresAt, document.SinkTokenParameter) : null,
            Correlator = document.Correlator,
            CreatedAt = document.CreatedAt,
        };
    }
}

[JsonSerializable(typeof(SessionDocument))]
internal sealed partial class SessionDocumentJson : JsonSerializerContext
{
    public static readonly SessionDocumentJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The document is never part of a web page, so "+" and other letters need no escaping.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
