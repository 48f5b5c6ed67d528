using QodOrleans.Contracts;
using QodOrleans.Core.Storage;
using QodOrleans.Embedded.Memory;

namespace QodOrleans.Embedded.Tests;

public sealed class MemoryStoreFixture : IStoreFixture
{
    private readonly MemoryStore store = new();

    public string? WhyNone => null;

    public ISessionStore Store => store;

    public IEventOutbox Outbox => store;
}

public sealed class MemorySessionStore(MemoryStoreFixture fixture) : SessionStoreContract(fixture), IClassFixture<MemoryStoreFixture>;

public sealed class MemoryEventOutbox(MemoryStoreFixture fixture) : EventOutboxContract(fixture), IClassFixture<MemoryStoreFixture>;
