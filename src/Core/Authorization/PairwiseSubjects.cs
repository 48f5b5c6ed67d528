using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Core.Authorization;

/// <summary>Names a person to one client (OIDC core 8.1): the same line gets the same name each time, another one for every client, and the
/// name does not lead back to the line.</summary>
/// <param name="secret">32 bytes, the same for all gateways on one store, for ever.</param>
public sealed class PairwiseSubjects(byte[] secret)
{
    // A key of its own: what hides subscribers in device keys must not be what hides them here.
    private readonly byte[] key = HMACSHA256.HashData(secret, "QodOrleans pairwise subject"u8);

    /// <returns>43 characters of base64url.</returns>
    public string Of(string clientId, SubscriberLine line) =>
        // Neither part before the last holds a blank, so three texts cannot be cut in two ways.
        Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{clientId} {line.Operator} {TextOf(line.Device.ToCanonical())}")));

    /// <summary>Two ways to write one identifier give one text.</summary>
    private static string TextOf(Device device) => device switch
    {
        { PhoneNumber: { } phone } => "tel:+" + phone.TrimStart('+'),
        { Ipv4Address: { } v4 } => TextOf(v4.ToCanonical()),
        // Any address of the device's /64 names the device (CAMARA, DeviceIpv6Address).
        { Ipv6Address: { } v6 } when AddressBlock.TryParseIpv6(v6, out var address) => $"ipv6:{address.Widen(64)}",
        { NetworkAccessIdentifier: { } nai } => "nai:" + nai,
        _ => throw new ArgumentException("A line has one identifier.", nameof(device)),
    };

    private static string TextOf(DeviceIpv4Address address) => $"ipv4:{address.PublicAddress}:{address.PublicPort}/{address.PrivateAddress}";
}
