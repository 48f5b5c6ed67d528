using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;

namespace QodOrleans.Core.Operators;

/// <summary>A device, found, or why it is not.</summary>
public readonly record struct DeviceResult(ResolvedDevice? Device, SessionError? Error)
{
    public static implicit operator DeviceResult(ResolvedDevice device) => new(device, null);

    public static implicit operator DeviceResult(SessionError error) => new(null, error);
}

/// <summary>Finds out whose device a request is about: the routing says which operator's, and that operator says which subscriber's. With
/// that, one device is one subscriber whether a client names it by its number or by its address (docs/conformance.md, Q04).</summary>
public sealed class SubscriberResolver(OperatorDirectory directory)
{
    /// <summary>The device of a request. A phone number is its own answer; only an address makes us ask the operator.</summary>
    /// <param name="device">Null for the caller's own line.</param>
    /// <returns>The device; or DeviceNotIdentified, DeviceInconsistent, DeviceNotOfToken, ServiceNotApplicable, OperatorUnavailable.</returns>
    /// <exception cref="ArgumentNullException">Neither a device nor a line: the surface has to notice.</exception>
    public ValueTask<DeviceResult> FindAsync(Device? device, SubscriberLine? line, CancellationToken cancellation)
    {
        if (line is null) return FindAsync(device ?? throw new ArgumentNullException(nameof(device)), cancellation);
        return device is null ? FindAsync(line.Device, cancellation) : FindOnLineAsync(device, line, cancellation);
    }

    /// <summary>The line that a person is to be authorized for: here the operator is asked about a phone number too.</summary>
    /// <returns>The line; or DeviceNotIdentified, DeviceInconsistent, ServiceNotApplicable, OperatorUnavailable.</returns>
    public async ValueTask<LineResult> IdentifyAsync(Device device, CancellationToken cancellation)
    {
        if (directory.Resolve(device, out var error) is not { } routed) return error!;
        if (!routed.Adapter.Capabilities.CanIdentify) return new SubscriberLine(routed.Route.Id, OneOf(device));

        var found = await AskAsync(routed, device, Identifiers(device), cancellation);
        if (found.Device is not { } known) return found.Error!;
        return new SubscriberLine(known.Route.Id, NumberOf(known.Subscriber) is { } number ? new Device { PhoneNumber = number } : OneOf(device));
    }

    private ValueTask<DeviceResult> FindAsync(Device device, CancellationToken cancellation)
    {
        if (directory.Resolve(device, out var error) is not { } routed) return new(error!);
        return device is { Ipv4Address: null, Ipv6Address: null } || !routed.Adapter.Capabilities.CanIdentify
            ? new(routed)
            : AskAsync(routed, device, Identifiers(device with { PhoneNumber = null }), cancellation);
    }

    private async ValueTask<DeviceResult> FindOnLineAsync(Device device, SubscriberLine line, CancellationToken cancellation)
    {
        var asked = await FindAsync(device, cancellation);
        if (asked.Device is not { } found) return asked;
        if (found.Route.Id != line.Operator) return SessionError.DeviceNotOfToken();

        var own = await FindAsync(line.Device, cancellation);
        if (own.Device is not { } expected) return own;
        return found.Subscriber == expected.Subscriber ? asked : SessionError.DeviceNotOfToken();
    }

    /// <summary>Asks about each identifier; those that the operator knows the number of must agree, with each other and with the number given.</summary>
    private static async ValueTask<DeviceResult> AskAsync(
        ResolvedDevice routed, Device device, IEnumerable<Device> identifiers, CancellationToken cancellation)
    {
        var number = device.PhoneNumber is null ? null : NumberOf(routed.Subscriber);
        foreach (var identifier in identifiers)
        {
            var identity = await routed.Adapter.IdentifyAsync(identifier, cancellation);
            if (identity.Kind == OperatorOutcomeKind.UnknownSubscriber) return SessionError.DeviceNotIdentified();
            if (identity.Kind != OperatorOutcomeKind.Accepted) return SessionError.OperatorUnavailable(routed.Route.Id);
            if (identity.PhoneNumber is not { } told) continue;
            if (number is not null && number != told) return SessionError.DeviceInconsistent();
            number = told;
        }
        return number is null ? routed : routed with { Subscriber = Subscriber.OfNumber(number) };
    }

    /// <summary>One device per identifier that an operator can be asked about.</summary>
    private static IEnumerable<Device> Identifiers(Device device)
    {
        if (device.PhoneNumber is { } number) yield return new Device { PhoneNumber = Subscriber.Canonical(number) };
        if (device.Ipv4Address is { } v4) yield return new Device { Ipv4Address = v4 };
        if (device.Ipv6Address is { } v6) yield return new Device { Ipv6Address = v6 };
    }

    /// <summary>The one that the routing prefers.</summary>
    private static Device OneOf(Device device) => Identifiers(device).First();

    private static string? NumberOf(string subscriber) =>
        subscriber.StartsWith(Subscriber.TelScheme, StringComparison.Ordinal) ? subscriber[Subscriber.TelScheme.Length..] : null;
}
