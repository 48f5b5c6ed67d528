using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Authorization;

/// <summary>The name by which one client knows a person (OIDC core 8.1). A line has the same name each time, but another one for each client, and nobody can
/// find the line from the name.</summary>
/// <param name="secret">32 bytes, the same for all gateways on one store, for ever.</param>
public sealed class PairwiseSubjects(byte[] secret)
{
    // Another key than that of the device keys, so that names and device keys cannot be compared.
    private readonly byte[] key = HMACSHA256.HashData(secret, "QodOrleans pairwise subject"u8);

    /// <returns>43 characters of base64url.</returns>
    public string Of(string clientId, SubscriberLine line) =>
        // Only the last part can contain a blank, so different parts never give the same text.
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{clientId} {line.Operator} {TextOf(line.Device.ToCanonical())}")));

    /// <summary>All spellings of one identifier give the same text.</summary>
    private static string TextOf(Device device) => device switch
    {
        { PhoneNumber: { } phone } => "tel:+" + phone.TrimStart('+'),
        { Ipv4Address: { } v4 } => TextOf(v4.ToCanonical()),
        // All addresses of the device's /64 stand for the device (CAMARA, DeviceIpv6Address).
        { Ipv6Address: { } v6 } when AddressBlock.TryParseIpv6(v6, out var address) => $"ipv6:{address.Widen(64)}",
        { NetworkAccessIdentifier: { } nai } => "nai:" + nai,
        _ => throw new ArgumentException("A line has one identifier.", nameof(device)),
    };

    private static string TextOf(DeviceIpv4Address address) => $"ipv4:{address.PublicAddress}:{address.PublicPort}/{address.PrivateAddress}";
}
