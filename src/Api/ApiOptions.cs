using System.Net;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;

namespace QodOrleans.Api;

/// <summary>Section <c>Qod</c> of the configuration, as far as the surfaces read it; <see cref="AuthorizationServerOptions"/> is the rest.</summary>
public sealed class ApiOptions
{
    public const string Section = "Qod";

    /// <summary>Longest time for one request, its body included, before it is answered 503; 1 second to 5 minutes, default 15 seconds. Must be above
    /// every limit of the engine, or clients get 503 for sessions that are created after all.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Other servers that the reference at <c>/docs</c> offers beside the one it came from, for example a sandbox and a production host;
    /// default <see cref="AuthorizationServerOptions.PublicUrl"/>.</summary>
    public IList<ServerOptions> DocsServers { get; init; } = [];

    /// <summary>Surfaces that are elsewhere than their documents have them; default none.</summary>
    public IList<SurfaceOptions> Surfaces { get; init; } = [];

    /// <summary>Where the legacy surface's events carry the sink's token; default <see cref="LegacySinkToken.Bearer"/>.</summary>
    public LegacySinkToken LegacySinkToken { get; set; } = LegacySinkToken.Bearer;

    /// <summary>Address ranges of the proxies in front of us, in CIDR form; default none. Only from these is
    /// <c>X-Forwarded-For</c> trusted: the address in it decides which line a person has.</summary>
    public IList<string> TrustedProxies { get; init; } = [];

    /// <summary>What is wrong: each with the full key, the value, and what it must be.</summary>
    internal IEnumerable<string> Complaints()
    {
        if (RequestTimeout < TimeSpan.FromSeconds(1) || RequestTimeout > TimeSpan.FromMinutes(5))
            yield return $"Qod:RequestTimeout is {RequestTimeout}; it must be 00:00:01 to 00:05:00.";
        for (var i = 0; i < DocsServers.Count; i++)
            if (!Uri.TryCreate(DocsServers[i].Url, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
                yield return $"Qod:DocsServers:{i}:Url is '{DocsServers[i].Url}'; it must be an absolute http or https URL.";
        foreach (var range in TrustedProxies.Where(range => !IPNetwork.TryParse(range, out _)))
            yield return $"Qod:TrustedProxies has '{range}'; it must be an address range in CIDR form, like 10.0.0.0/8.";
        if (!Enum.IsDefined(LegacySinkToken))
            yield return $"Qod:LegacySinkToken is {LegacySinkToken}; it must be one of: {string.Join(", ", Enum.GetNames<LegacySinkToken>())}.";
        foreach (var complaint in SurfaceDirectory.Complaints(ApiExtensions.Surfaces, Surfaces)) yield return complaint;
    }
}

internal sealed class ApiOptionsValidator : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        var complaints = options.Complaints().ToArray();
        return complaints.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(complaints);
    }
}

/// <summary>Where the <c>notificationAuthToken</c> of a legacy session stands in a callback.</summary>
public enum LegacySinkToken
{
    /// <summary><c>Authorization: Bearer</c>, as in all releases since 0.9.</summary>
    Bearer,

    /// <summary><c>apikey</c> in the query, as 0.8 itself has it. It ends up in the access logs of the sink and of every proxy before it.</summary>
    ApiKey,
}

/// <summary>A server that serves the same API.</summary>
public sealed class ServerOptions
{
    /// <summary>Absolute, without the surfaces' own paths.</summary>
    public string Url { get; set; } = "";

    /// <summary>For people, for example "Production".</summary>
    public string Description { get; set; } = "";
}

/// <summary>A surface that is elsewhere than its document has it.</summary>
public sealed class SurfaceOptions
{
    /// <summary>As in its document's URL, <c>/openapi/{Name}.json</c>. Surfaces that share a path move together, by the name of the newest.</summary>
    public string Name { get; set; } = "";

    /// <summary>In place of its document's server path, for example <c>/qod/v0</c>; below <see cref="AuthorizationServerOptions.PublicUrl"/>.</summary>
    public string Path { get; set; } = "";
}
