using Orleans.Concurrency;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;

namespace QodOrleans.Grains.Devices;

/// <inheritdoc cref="ILineGrain" />
/// <remarks>It keeps nothing, and waits for operators: its calls may interleave.</remarks>
[StatelessWorker, Reentrant]
internal sealed class LineGrain(OperatorDirectory operators, DeviceKeyHasher deviceKeys) : Grain, ILineGrain
{
    private readonly LineFinder lines = new(operators);

    public async Task<LineResult> IdentifyAsync(Device device) => await lines.IdentifyAsync(device, CancellationToken.None);

    public async Task<FoundDevice> FindAsync(Device? device, Line? line)
    {
        var found = await lines.FindAsync(device, line, CancellationToken.None);
        return found.Device is { } known ? new FoundDevice(deviceKeys.KeyOf(known.Route.Id, known.Subscriber).Value, Error: null) : new FoundDevice(default, found.Error);
    }
}
