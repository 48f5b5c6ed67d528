namespace QodOrleans.Sdk;

/// <summary>Where the aggregator is, and how to talk to it.</summary>
public sealed record QodClientOptions
{
    /// <summary>The environment variable that <see cref="BaseAddress"/> comes from where it is not set.</summary>
    public const string BaseAddressVariable = "OPENGATEWAY_BASE_URL";

    /// <summary>The environment variable that <see cref="RedirectUri"/> comes from where it is not set.</summary>
    public const string RedirectUriVariable = "OPENGATEWAY_REDIRECT_URI";

    /// <summary>The aggregator's host, with a path if its API is below one. Default: <c>OPENGATEWAY_BASE_URL</c>, else the host of the published
    /// samples.</summary>
    public Uri BaseAddress { get; init; } = new(Environment.GetEnvironmentVariable(BaseAddressVariable) ?? "https://opengateway.aggregator.com");

    /// <summary>Where the application had the authorization code sent, character by character as it said to <c>/authorize</c>: the exchange of a
    /// code names it again (RFC 6749, 4.1.3). Default: <c>OPENGATEWAY_REDIRECT_URI</c>.</summary>
    public string? RedirectUri { get; init; } = Environment.GetEnvironmentVariable(RedirectUriVariable);

    /// <summary>What a login by address asks for. Default: all of the QoD API.</summary>
    public string Scope { get; init; } = "dpv:RequestedServiceProvision#qod";

    /// <summary>Yours, to share or to configure; it is not disposed. Default: one of the client's own, which follows no redirects.</summary>
    public HttpClient? HttpClient { get; init; }

    /// <summary>Makes the <c>x-correlator</c> of a request. Default: a new UUID for each.</summary>
    public Func<string> NewCorrelator { get; init; } = static () => Guid.NewGuid().ToString();

    /// <summary>Tells when a token expires and how long to wait between polls.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
