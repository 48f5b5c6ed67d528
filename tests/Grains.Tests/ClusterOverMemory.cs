using QodOrleans.Core.Storage;
using QodOrleans.Memory;

namespace QodOrleans.Grains.Tests;

/// <summary>One silo over a store in memory, as <c>--store memory</c> has it.</summary>
public sealed class ClusterOverMemory() : OrleansClusterFixture(silos: 1)
{
    protected override Task<ISessionStore> OpenStoreAsync() => Task.FromResult<ISessionStore>(new MemoryStore());

    protected override ValueTask CloseStoreAsync() => ValueTask.CompletedTask;

    protected override void AddOperatorStorage(ISiloBuilder silo) => silo.AddMemoryGrainStorage(GrainsExtensions.OperatorStorage);
}
