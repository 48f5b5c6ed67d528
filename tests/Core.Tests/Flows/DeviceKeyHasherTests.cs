using System.Text;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Tests.Flows;

public sealed class DeviceKeyHasherTests
{
    private static readonly OperatorId Movistar = new("movistar-es");
    private static readonly DeviceKeyHasher Hasher = new("a secret of the store"u8.ToArray());

    /// <summary>A literal: keys are in the database, and must come out the same after every release.</summary>
    [Fact]
    public void The_key_of_a_subscriber_never_changes() =>
        Assert.Equal("98f480a02b0cf961f6ff49294fb57a4b", Hasher.KeyOf(Movistar, "tel:+34600000001").ToString());

    [Fact]
    public void Another_subscriber_operator_or_secret_gives_another_key()
    {
        DeviceKey[] keys =
        [
            Hasher.KeyOf(Movistar, "tel:+34600000001"),
            Hasher.KeyOf(Movistar, "tel:+34600000002"),
            Hasher.KeyOf(new OperatorId("o2-de"), "tel:+34600000001"),
            new DeviceKeyHasher(Encoding.UTF8.GetBytes("another secret")).KeyOf(Movistar, "tel:+34600000001"),
        ];

        Assert.Distinct(keys);
        Assert.All(keys, key => Assert.Matches("^[0-9a-f]{32}$", key.ToString()));
    }

    [Fact]
    public void The_fingerprint_tells_secrets_apart_and_nothing_else()
    {
        Assert.Equal(Hasher.Fingerprint, new DeviceKeyHasher("a secret of the store"u8.ToArray()).Fingerprint);
        Assert.NotEqual(Hasher.Fingerprint, new DeviceKeyHasher("a secret of the storf"u8.ToArray()).Fingerprint);
    }
}
