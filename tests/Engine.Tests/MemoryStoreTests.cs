using QodOrleans.Contracts;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;
using QodOrleans.Memory;

namespace QodOrleans.Engine.Tests;

public sealed class MemoryStoreFixture : IStoreFixture
{
    private readonly MemoryStore store = new();
    private readonly MemoryGrantStore grants = new();

    public string? WhyNone => null;

    public ISessionStore Store => store;

    public IEventOutbox Outbox => store;

    public IGrantStore Grants => grants;

    public ISigningKeyStore SigningKeys => grants;
}

public sealed class MemorySessionStore(MemoryStoreFixture fixture) : SessionStoreContract(fixture), IClassFixture<MemoryStoreFixture>;

public sealed class MemoryGrants(MemoryStoreFixture fixture) : GrantStoreContract(fixture), IClassFixture<MemoryStoreFixture>;

public sealed class MemoryEventOutbox(MemoryStoreFixture fixture) : EventOutboxContract(fixture), IClassFixture<MemoryStoreFixture>;
