using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Abstractions;

/// <summary>Finds lines and devices for gateways: operators are asked by silos only. Any activation will do, so the key is always 0.</summary>
[Alias("qod.ISubscriberGrain")]
public interface ISubscriberGrain : IGrainWithIntegerKey
{
    [Alias("Identify")]
    Task<LineResult> IdentifyAsync([Immutable] Device device);

    /// <param name="device">Null for the line itself.</param>
    [Alias("Find")]
    Task<FoundDevice> FindAsync([Immutable] Device? device, [Immutable] SubscriberLine? line);
}

/// <summary>A device without the person, or why it was not found.</summary>
/// <param name="Key">Its <see cref="DeviceKey"/>.</param>
[GenerateSerializer, Immutable, Alias("qod.found-device")]
public readonly record struct FoundDevice([property: Id(0)] Guid Key, [property: Id(1)] SessionError? Error);
