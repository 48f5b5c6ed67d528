using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace QodOrleans.Api.Http;

/// <summary>Behind a proxy, the address of a request is the proxy's; the person's is in <c>X-Forwarded-For</c>, which any client can forge.</summary>
internal static class TrustedProxies
{
    /// <summary>Takes the address from the header where the peer is a configured proxy, and from the last of those where there are several in a
    /// row. Host and scheme are never taken: our own address is configuration.</summary>
    public static void UseTrustedProxies(this WebApplication app)
    {
        var ranges = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.TrustedProxies;
        if (ranges.Count == 0) return;

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var range in ranges) forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(range));
        app.UseForwardedHeaders(forwarded);
    }
}
