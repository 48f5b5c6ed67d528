using Orleans.Concurrency;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Devices;

/// <inheritdoc cref="ISubscriberGrain" />
/// <remarks>It keeps nothing, and waits for operators: its calls may interleave. Its type has the name by which gateways of earlier releases call it.</remarks>
[StatelessWorker, Reentrant, GrainType("line")]
internal sealed class SubscriberGrain(OperatorDirectory operators, DeviceKeyHasher deviceKeys) : Grain, ISubscriberGrain
{
    private readonly SubscriberResolver subscribers = new(operators);

    public async Task<LineResult> IdentifyAsync(Device device) => await subscribers.IdentifyAsync(device, CancellationToken.None);

    public async Task<FoundDevice> FindAsync(Device? device, SubscriberLine? line)
    {
        var found = await subscribers.FindAsync(device, line, CancellationToken.None);
        return found.Device is { } known
            ? new FoundDevice(deviceKeys.KeyOf(known.Route.Id, known.Subscriber).Value, Error: null)
            : new FoundDevice(default, found.Error);
    }
}
