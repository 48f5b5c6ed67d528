using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Contracts;

/// <summary>A store, its outbox, and its grants. Test classes share one: each test uses sessions, devices and a stretch of time of its own.</summary>
public interface IStoreFixture
{
    /// <summary>Why there is none here; null where there is.</summary>
    string? WhyNone { get; }

    ISessionStore Store { get; }

    IEventOutbox Outbox { get; }

    IGrantStore Grants { get; }

    ISigningKeyStore SigningKeys { get; }
}
