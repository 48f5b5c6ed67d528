using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Operators;

/// <summary>The line (subscription) that a 3-legged token stands for, as its operator identified it.</summary>
/// <param name="Device">Exactly one identifier: the phone number where the operator told it, else the address that it was identified by.
/// Personal data.</param>
public sealed record SubscriberLine(OperatorId Operator, Device Device)
{
    /// <summary>As the operator knows the line; a session on it has the same in its terms. Personal data.</summary>
    /// <remarks>No property, because tokens hold the record: serializers write properties.</remarks>
    public string ToSubscriber() => Device.ToCanonical() switch
    {
        { PhoneNumber: { } number } => Subscriber.OfNumber(number),
        { Ipv4Address: { } v4 } => Subscriber.OfIpv4(v4),
        { Ipv6Address: { } v6 } when AddressBlock.TryParseIpv6(v6, out var address) => Subscriber.OfIpv6(address),
        _ => throw new InvalidOperationException("A line has one identifier that routes."),
    };

    /// <summary>Without the person.</summary>
    public override string ToString() => $"{nameof(SubscriberLine)}({Operator})";
}
