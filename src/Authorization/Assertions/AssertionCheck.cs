using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Jose;

namespace QodOrleans.Authorization.Assertions;

/// <summary>Finds the client that an assertion is from. Whether it was used before is checked last, by the store.</summary>
internal sealed class AssertionCheck(ClientRegistry clients, TimeProvider time, IOptions<AuthorizationServerOptions> options, ILogger<AssertionCheck> log)
{
    private readonly string issuer = options.Value.Issuer;

    /// <param name="path">The endpoint that it was sent to.</param>
    /// <returns>Nulls if it is not good here and now.</returns>
    public async Task<(Client? Client, ClientAssertion? Assertion)> CheckAsync(string? type, string text, string path)
    {
        if (type != ClientAssertion.Type || ClientAssertion.Read(text) is not { } assertion) return default;
        var client = clients.Find(assertion.ClientId);
        if (!await assertion.IsSignedWithAsync(client?.Keys ?? ClientKeySet.Empty) || client is null) return default;

        // CIBA core 7.1 wants the token endpoint's address to be good for the backchannel too.
        if (assertion.WhyRefused([issuer, issuer + AuthorizationPaths.Token, issuer + path], issuer, time.GetUtcNow()) is not { } why)
            return (client, assertion);
        log.AssertionRefused(client.Id, why);
        return default;
    }
}
