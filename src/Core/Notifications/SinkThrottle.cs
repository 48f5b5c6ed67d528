namespace QodOrleans.Core.Notifications;

/// <summary>What a sink's <c>Retry-After</c> asks for (CloudEvents HTTP webhook 2.2): nothing more of this application is sent to that server until then,
/// from no process and for no session.</summary>
/// <param name="ClientId">The application. Empty for events that were committed before they knew it.</param>
/// <param name="Server">Scheme, host and port: <c>https://sink.example:8443</c>.</param>
public readonly record struct SinkThrottle(string ClientId, string Server, DateTimeOffset Until)
{
    /// <summary>Not where.</summary>
    public override string ToString() => nameof(SinkThrottle);
}
