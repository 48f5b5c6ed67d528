using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Jose;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>The keys that a client is registered with: what is wrong with them is told when the host starts, and without showing them.</summary>
public sealed class ClientKeySetTests
{
    private static readonly KeyHolder Ec = KeyHolder.New("ES256", "ec");
    private static readonly KeyHolder Rsa = KeyHolder.New("RS256", "rsa");

    /// <summary>A change to one member of a good key, and what is said about it.</summary>
    public static TheoryData<string, string, string, string> WrongMembers => new()
    {
        { "ec", "kty", "\"oct\"", "key 0 ('ec') has a kty other than EC and RSA" },
        { "ec", "kty", "null", "key 0 ('ec') has a kty other than EC and RSA" },
        { "ec", "crv", "\"P-521\"", "key 0 ('ec') has a crv other than P-256 and P-384" },
        { "ec", "crv", "\"P-384\"", "key 0 ('ec') has an x or y that is not 48 bytes in base64url without padding" },
        { "ec", "x", "\"AAAA\"", "key 0 ('ec') has an x or y that is not 32 bytes in base64url without padding" },
        { "ec", "y", "null", "key 0 ('ec') has an x or y that is not 32 bytes in base64url without padding" },
        { "ec", "x", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", "key 0 ('ec') is no point of its curve" },
        { "ec", "alg", "\"ES384\"", "key 0 ('ec') has an alg that does not fit it; ES256 would" },
        { "ec", "alg", "\"HS256\"", "key 0 ('ec') has an alg that does not fit it; ES256 would" },
        { "ec", "alg", "\"none\"", "key 0 ('ec') has an alg that does not fit it; ES256 would" },
        { "ec", "use", "\"enc\"", "key 0 ('ec') has a use other than sig" },
        { "ec", "key_ops", "[\"encrypt\"]", "key 0 ('ec') has key_ops without verify" },
        { "ec", "d", "\"AAAA\"", "key 0 ('ec') holds a private or a secret key; register the public part, and replace the key: it has been in a configuration" },
        { "ec", "k", "\"c2VjcmV0\"", "key 0 ('ec') holds a private or a secret key; register the public part, and replace the key: it has been in a configuration" },
        { "rsa", "alg", "\"RS512\"", "key 0 ('rsa') has an alg that does not fit it; PS256 or RS256 would" },
        { "rsa", "e", "\"Aw\"", "key 0 ('rsa') has an e other than AQAB, which is 65537" },
        { "rsa", "n", "\"AQAB\"", "key 0 ('rsa') has 24 bits; it must be 2048 to 4096" },
        { "rsa", "n", "\"AAEAAQ\"", "key 0 ('rsa') has an n that is no RSA modulus in base64url without padding and leading zeros" },
        { "rsa", "n", "\"AQAC\"", "key 0 ('rsa') has an n that is no RSA modulus in base64url without padding and leading zeros" },
    };

    public static TheoryData<string, string> WrongSets => new()
    {
        { "", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { "null", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { "{}", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { "[]", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { """{"keys":{}}""", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { """{"keys":[null]}""", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { """{"keys":[{"kty":"EC","kty":"RSA"}]}""", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { """{"keys":[{"kty":1}]}""", "it is no JWK set: JSON of the form {\"keys\":[{\"kty\":…}]}, without repeated members" },
        { """{"keys":[]}""", "it holds 0 keys; it must be 1 to 8" },
        { KeyHolder.Jwks([.. Enumerable.Repeat(Ec, 9)]), "it holds 9 keys; it must be 1 to 8" },
        { KeyHolder.Jwks(Ec, Rsa, Ec), "the kid 'ec' is there 2 times" },
    };

    [Theory]
    [MemberData(nameof(WrongMembers))]
    public void A_key_that_cannot_be_used_is_named_and_not_shown(string which, string member, string json, string complaint)
    {
        var jwk = (which == "ec" ? Ec : Rsa).Jwk();
        jwk[member] = JsonNode.Parse(json);
        Assert.Equal(complaint, Assert.Throws<FormatException>(() => ClientKeySet.Parse(KeyHolder.Jwks([jwk]))).Message);
    }

    [Theory]
    [MemberData(nameof(WrongSets))]
    public void What_is_no_set_of_keys_is_told_so(string json, string complaint) => Assert.Equal(complaint, Assert.Throws<FormatException>(() => ClientKeySet.Parse(json)).Message);

    [Fact]
    public void Members_that_we_do_not_know_are_ignored()
    {
        var jwk = Ec.Jwk();
        (jwk["x5c"], jwk["iat"]) = (new JsonArray("MII"), 1);
        Assert.NotNull(ClientKeySet.Parse(KeyHolder.Jwks([jwk])));
    }

    [Fact]
    public void A_client_needs_a_secret_or_keys_and_its_keys_come_from_one_place()
    {
        var (good, secret, missing) = (KeyHolder.Jwks(Ec), ClientSecret.Hash("s"), Path.Combine(Path.GetTempPath(), $"no-such-{Guid.NewGuid():N}.json"));
        Assert.Empty(Complaints(new() { Id = "a", Jwks = good }));
        Assert.Empty(Complaints(new() { Id = "a", Jwks = good, SecretHash = secret }));
        Assert.Equal("Qod:Clients:0 needs a SecretHash of the form pbkdf2-sha256$iterations$salt$hash, or keys in Jwks or JwksFile.", Assert.Single(Complaints(new() { Id = "a" })));
        Assert.Single(Complaints(new() { Id = "a", Jwks = good, SecretHash = "x" }));
        Assert.StartsWith("Qod:Clients:0 has a Jwks that cannot be used: it holds 0 keys", Assert.Single(Complaints(new() { Id = "a", SecretHash = secret, Jwks = """{"keys":[]}""" })), StringComparison.Ordinal);
        Assert.Equal($"Qod:Clients:0 has the JwksFile '{missing}', which cannot be used: Could not find file '{missing}'.", Assert.Single(Complaints(new() { Id = "a", JwksFile = missing })));
        Assert.Contains("there is a Jwks too", Assert.Single(Complaints(new() { Id = "a", Jwks = good, JwksFile = missing })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_may_stand_in_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, KeyHolder.Jwks(Ec));
            Assert.Empty(Complaints(new() { Id = "a", JwksFile = file }));
            using var registry = new ClientRegistry(TestOptions.Scopes, Options.Create(new AuthorizationServerOptions { Mode = QodMode.Production, Clients = [new ClientOptions { Id = "a", JwksFile = file }] }));
            Assert.True(await registry.Find("a")!.Keys.VerifyAsync(Ec.Sign("""{"alg":"ES256","kid":"ec"}""", "{}"), "ES256", "ec"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Qod:Clients:0:Jwks", """{"keys":[]}""", "Qod:Clients:0 has a Jwks that cannot be used: it holds 0 keys; it must be 1 to 8.")]
    [InlineData("Qod:Clients:0:Jwks:keys:0:kty", "EC", "Qod:Clients: a Jwks is JSON within JSON; it must be a text that holds JSON, or stand in a file of its own, named by JwksFile.")]
    public void A_bad_set_of_keys_stops_the_host_at_its_start(string setting, string value, string complaint) =>
        Assert.Equal([complaint], Assert.Throws<OptionsValidationException>(() => new MisconfiguredGateway(new(setting, value))).Failures);

    private static IReadOnlyList<string> Complaints(ClientOptions client) => TestOptions.Complaints(new AuthorizationServerOptions { Clients = [client] });

    private sealed class MisconfiguredGateway(KeyValuePair<string, string?> setting)
        : Gateway(new("Qod:Clients:0:Id", "a"), new("Qod:Clients:0:SecretHash", ClientSecret.Hash("s")), setting);
}
