namespace QodOrleans.Authorization.OAuth;

/// <summary>What the authorization server is called by, in a JWT's <c>aud</c>: its issuer and the addresses of its endpoints, as the discovery document has
/// them. Our address is configuration, and never taken from a request's Host header.</summary>
internal static class OurAddresses
{
    private static readonly string[] Paths = ["", AuthorizationPaths.Token, AuthorizationPaths.Backchannel, AuthorizationPaths.Authorize];

    public static bool Are(string address, string issuer) => address.StartsWith(issuer, StringComparison.Ordinal) && Paths.Contains(address[issuer.Length..]);
}
