using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.IdTokens;
using QodOrleans.Memory;
using QodOrleans.TestSupport;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>Discovery, keys and id_tokens, read as a client library reads them.</summary>
public sealed class IdTokenTests(Gateway gateway) : IClassFixture<Gateway>
{
    [Fact]
    public async Task L15_discovery_names_every_endpoint_by_the_configured_address_whatever_the_request_says()
    {
        var answer = await gateway.SendAsync(
            "GET", "/.well-known/openid-configuration", token: null,
            headers: [("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "gopher"), ("Forwarded", "host=evil.example")]);
        Assert.Equal((200, "public, max-age=300"), (answer.Status, answer.Header("Cache-Control")));
        Assert.DoesNotContain("evil", answer.Text, StringComparison.Ordinal);

        var metadata = answer.Json.AsObject();
        Assert.Equal("https://api.example.com", (string)metadata["issuer"]!);
        foreach (var (name, path) in new[]
        {
            ("authorization_endpoint", "/authorize"), ("token_endpoint", "/token"), ("backchannel_authentication_endpoint", "/bc-authorize"), ("jwks_uri", "/jwks"),
        })
        {
            Assert.Equal("https://api.example.com" + path, (string)metadata[name]!);
            Assert.NotEqual(404, (await gateway.SendAsync("GET", path, token: null)).Status);
        }
        Assert.Equal(["authorization_code", "client_credentials", "urn:openid:params:grant-type:ciba"], metadata["grant_types_supported"]!.AsArray().Select(type => (string)type!));
        Assert.Equal("""["S256"]""", metadata["code_challenge_methods_supported"]!.ToJsonString());
        Assert.Equal("""["poll"]""", metadata["backchannel_token_delivery_modes_supported"]!.ToJsonString());
    }

    [Fact]
    public async Task The_code_flow_with_openid_brings_an_id_token_that_the_published_key_verifies()
    {
        var code = await gateway.CodeAsync(("scope", "openid " + Login.QodScope), ("nonce", "n-0S6_WzA2Mj"));
        var answer = await gateway.RedeemAsync(code);
        var claims = await VerifyAsync(answer);

        Assert.Equal(("https://api.example.com", "my-app-id", "n-0S6_WzA2Mj"), ((string)claims["iss"]!, (string)claims["aud"]!, (string)claims["nonce"]!));
        Assert.Equal(["at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sub"], claims.Select(claim => claim.Key).Order());
        var now = gateway.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal((now, now, now + 300), ((long)claims["iat"]!, (long)claims["auth_time"]!, (long)claims["exp"]!));
        var half = SHA256.HashData(Encoding.ASCII.GetBytes((string)answer.Json["access_token"]!)).AsSpan(0, 16);
        Assert.Equal(WebEncoders.Base64UrlEncode(half), (string)claims["at_hash"]!);
        Assert.StartsWith("openid ", (string)answer.Json["scope"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_subject_is_the_persons_with_this_client_and_never_the_number()
    {
        var mine = await SubjectAsync("my-app-id", "my-app-secret", "tel:+34600000301");
        Assert.Equal(mine, await SubjectAsync("my-app-id", "my-app-secret", "tel:+34600000301"));
        Assert.NotEqual(mine, await SubjectAsync("my-app-id", "my-app-secret", "tel:+34600000302"));
        Assert.NotEqual(mine, await SubjectAsync("other-app-id", "other-app-secret", "tel:+34600000301"));
        Assert.DoesNotContain("600000301", mine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_openid_there_is_no_id_token() => Assert.Null((await gateway.RedeemAsync(await gateway.CodeAsync())).Json["id_token"]);

    [Fact]
    public async Task The_key_set_holds_no_private_part()
    {
        var key = Assert.Single((await gateway.SendAsync("GET", "/jwks", token: null)).Json["keys"]!.AsArray())!.AsObject();
        Assert.Equal(["kty", "crv", "x", "y", "use", "alg", "kid"], key.Select(member => member.Key));
    }

    [Fact]
    public async Task Gateways_on_one_store_sign_with_one_key_and_hand_over_to_the_next_in_time()
    {
        var (clock, store, ring) = (new ManualTimeProvider(), new MemoryGrantStore(), new EphemeralDataProtectionProvider());
        SigningKeys Gateway() => new(store, ring, clock, TestOptions.Default);
        using var one = Gateway();
        using var other = Gateway();
        var first = (await one.CurrentAsync(default)).Id;
        Assert.Equal(first, (await other.CurrentAsync(default)).Id);

        // Due: published by whoever looks first, and seen by the other before it signs.
        clock.Advance(TimeSpan.FromDays(90));
        Assert.Equal(2, (await one.PublishedAsync(default)).Count);
        Assert.Equal(first, (await one.CurrentAsync(default)).Id);
        Assert.Equal(2, (await other.PublishedAsync(default)).Count);

        clock.Advance(SigningKeys.PublishedAhead);
        var second = (await one.CurrentAsync(default)).Id;
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await other.CurrentAsync(default)).Id);
        Assert.Contains(first, (await one.PublishedAsync(default)).Select(key => key.Id));

        clock.Advance(SigningKeys.PublishedAfter);
        await one.PublishedAsync(default);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal([second], (await one.PublishedAsync(default)).Select(key => key.Id));
    }

    [Fact]
    public void A_keys_name_is_its_thumbprint_before_and_after_it_was_stored()
    {
        var made = SigningKey.New(1, DateTimeOffset.UnixEpoch);
        var read = SigningKey.Import(made.Export(), 1, DateTimeOffset.UnixEpoch);
        // RFC 7638, 3.
        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{made.Public.X}}","y":"{{made.Public.Y}}"}""";
        Assert.Equal(WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(members))), made.Id);
        Assert.Equal((made.Id, made.Public.X, made.Public.Y), (read.Id, read.Public.X, read.Public.Y));
        Assert.Equal((43, 43, false), (made.Public.X.Length, made.Public.Y.Length, made.Public.HasPrivateKey));
    }

    [Fact]
    public async Task The_store_holds_the_key_sealed()
    {
        await gateway.SendAsync("GET", "/jwks", token: null);
        var stored = Assert.Single(await gateway.Grants.ReadAsync(CancellationToken.None));
        using var key = ECDsa.Create();
        Assert.ThrowsAny<CryptographicException>(() => key.ImportPkcs8PrivateKey(stored.Content, out _));
    }

    private async Task<string> SubjectAsync(string client, string secret, string hint)
    {
        var asked = await gateway.BackchannelAsync(hint, "openid dpv:RequestedServiceProvision", client, secret);
        return (string)(await VerifyAsync(await gateway.PollAsync((string)asked.Json["auth_req_id"]!, client, secret)))["sub"]!;
    }

    /// <summary>RFC 7515, 5.2, with the key that the header names.</summary>
    private async Task<JsonObject> VerifyAsync(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        var token = (string)answer.Json["id_token"]!;
        var parts = token.Split('.');
        var header = JsonNode.Parse(WebEncoders.Base64UrlDecode(parts[0]))!;
        Assert.Equal(("ES256", "JWT"), ((string)header["alg"]!, (string)header["typ"]!));
        Assert.Equal(["alg", "kid", "typ"], header.AsObject().Select(member => member.Key).Order());

        var keys = (await gateway.SendAsync("GET", "/jwks", token: null)).Json["keys"]!.AsArray();
        var key = keys.Single(key => (string)key!["kid"]! == (string)header["kid"]!)!;
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = WebEncoders.Base64UrlDecode((string)key["x"]!), Y = WebEncoders.Base64UrlDecode((string)key["y"]!) },
        });
        Assert.True(ecdsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), WebEncoders.Base64UrlDecode(parts[2]), HashAlgorithmName.SHA256));
        return JsonNode.Parse(WebEncoders.Base64UrlDecode(parts[1]))!.AsObject();
    }
}
