namespace QodOrleans.Sdk;

/// <summary>Quality on demand for one device, in the words of the published samples.</summary>
/// <example><code>
/// using var qodClient = new QoDMobile(new ClientCredentials("my-app-id", "my-app-secret"), null, "203.0.113.25:8080");
/// var session = await qodClient.SetQualityOfServiceAsync(300, QoSProfiles.QOS_E);
/// </code></example>
public sealed class QoDMobile : IDisposable
{
    private readonly DeviceAddress? device;

    /// <summary>Starts to log in: with a code, by exchanging it; else by the device's address. A failure to is thrown by the calls.</summary>
    /// <param name="authCode">What the redirect from <c>/authorize</c> brought (frontend flow). <see cref="QodClientOptions.RedirectUri"/> goes with
    /// it.</param>
    /// <param name="ipPort">The device: <c>203.0.113.25:8080</c>, <c>[2001:db8::1]:8080</c>, or an address alone (backend flow).</param>
    /// <exception cref="ArgumentException">Neither of the two, or not an address.</exception>
    public QoDMobile(ClientCredentials credentials, string? authCode = null, string? ipPort = null, QodClientOptions? options = null)
    {
        if (ipPort is not null) device = DeviceAddress.Parse(ipPort);
        var login = authCode is not null ? QodLogin.Code(authCode)
            : device is { } known ? QodLogin.Backchannel(known.ToLoginHint())
            : throw new ArgumentException("An authorization code or the device's ip:port is needed.", nameof(ipPort));
        Client = new QodClient(credentials, login, options);
    }

    /// <summary>The same login, for all that the API offers.</summary>
    public QodClient Client { get; }

    /// <summary>A session for all of the device's traffic.</summary>
    /// <param name="duration">Seconds, 1 to 86400 or to what the profile allows.</param>
    /// <param name="ip">The device's address as its request came from it. Default: the one it was constructed with.</param>
    /// <param name="port">Likewise; operators that translate addresses need it. Only with <paramref name="ip"/>.</param>
    /// <exception cref="ArgumentException">Not an address; or none, here or in the constructor.</exception>
    /// <exception cref="QodException">As <see cref="QodClient.CreateSessionAsync"/>.</exception>
    public Task<QodSession> SetQualityOfServiceAsync(
        int duration, QoSProfile profile, string? ip = null, int? port = null, CancellationToken cancellation = default)
    {
        var address = ip is not null ? DeviceAddress.Of(ip, port) : device ?? throw new ArgumentException("The device's address is needed.", nameof(ip));
        var session = new CreateSession { Device = address.ToDevice(), QosProfile = profile, Duration = TimeSpan.FromSeconds(duration) };
        return Client.CreateSessionAsync(session, cancellation);
    }

    public void Dispose() => Client.Dispose();
}
