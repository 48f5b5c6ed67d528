using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Flows;

/// <summary>A subscriber without the person: the first 128 bits of HMAC-SHA-256 over operator and subscriber.</summary>
public readonly record struct DeviceKey(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>Makes <see cref="DeviceKey"/>s. All processes on one store must use one secret, for as long as the store lives.</summary>
public sealed class DeviceKeyHasher(byte[] secret) : IDisposable
{
    // Setting an HMAC up costs several times what hashing a subscriber does, and each create needs one.
    private readonly ThreadLocal<IncrementalHash> hmac = new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret), trackAllValues: true);

    public DeviceKey KeyOf(OperatorId @operator, string subscriber)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.Value!.AppendData(Encoding.UTF8.GetBytes($"{@operator} {subscriber}"));
        hmac.Value.GetHashAndReset(hash);
        return new DeviceKey(new Guid(hash[..16], bigEndian: true));
    }

    /// <summary>Tells whether two processes have the same secret, without telling the secret.</summary>
    public long Fingerprint => BinaryPrimitives.ReadInt64BigEndian(HMACSHA256.HashData(secret, "device-key fingerprint"u8));

    public void Dispose()
    {
        foreach (var hash in hmac.Values) hash.Dispose();
        hmac.Dispose();
    }
}
