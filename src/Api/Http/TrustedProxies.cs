using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Flows;

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
        app.Use(static (context, next) =>
        {
            if (context.Request.Headers.TryGetValue(ForwardedHeadersDefaults.XForwardedForHeaderName, out var values))
                context.Request.Headers[ForwardedHeadersDefaults.XForwardedForHeaderName] = string.Join(", ", values.SelectMany(Entries));
            return next(context);
        });
        app.UseForwardedHeaders(forwarded);
        app.Use((context, next) =>
        {
            // What is left was not read. The peer is a proxy, and whose request it sends is not known: it must not be taken for the proxy's own.
            var isUnread = context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName);
            if (isUnread && context.Connection.RemoteIpAddress is { } peer
                && forwarded.KnownIPNetworks.Any(range => range.Contains(Unmapped(peer))))
            {
                context.Connection.RemoteIpAddress = null;
            }
            return next(context);
        });
    }

    /// <summary>The framework reads <c>0313.0.113.8</c> and <c>3405803784</c> as IPv4 addresses. An address of ours has four decimal octets; anything else is
    /// <c>unknown</c>, as proxies write it themselves.</summary>
    private static IEnumerable<string> Entries(string? value) =>
        (value ?? "").Split(',', StringSplitOptions.TrimEntries)
            .Select(entry => entry.Contains('[') || entry.Count(c => c == ':') > 1 || IsIpv4(entry) ? entry : "unknown");

    private static bool IsIpv4(string entry) => AddressBlock.TryParseIpv4(entry.AsSpan(0, entry.IndexOf(':') is >= 0 and var colon ? colon : entry.Length), out _);

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
