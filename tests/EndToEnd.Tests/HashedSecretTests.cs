using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

public sealed class HashedSecretTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_secret_is_hashed_from_standard_input_and_the_hash_lets_its_client_in()
    {
        var hash = (await ChildProcess.RunAsync("bash", ["-c", $"printf 'my s3cret/ä\\n' | dotnet {Repository.SiloDll} hash-secret"])).Trim();
        Assert.Matches("^pbkdf2-sha256\\$[0-9]+\\$[A-Za-z0-9+/=]+\\$[A-Za-z0-9+/=]+$", hash);

        await using var broker = await Broker.StartAsync(postgres, ("Qod:Clients:0:Id", "shop"), ("Qod:Clients:0:SecretHash", hash));
        using var shop = await broker.ClientAsync("shop", Uri.EscapeDataString("my s3cret/ä"));
    }
}
