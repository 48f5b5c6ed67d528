using System.Globalization;
using Orleans.Storage;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Grains.Sessions;

/// <summary>Grain storage over the <c>sessions</c> table, with the group commit of <c>src/Postgres</c>: the writes of a silo's grains share one
/// statement and one flush. The version of the session is the ETag, the store the fence.</summary>
/// <remarks>Entering phase Gone deletes the row: a session's end is one of its commits, with its event, not a clearing.</remarks>
public sealed class SessionStorage(ISessionStore store) : IGrainStorage
{
    /// <summary>Name of the provider.</summary>
    public const string Name = "sessions";

    /// <summary>Name of the only state.</summary>
    public const string State = "session";

    /// <exception cref="StoreUnavailableException" />
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var state = Cast(grainState);
        Set(state, await store.ReadAsync(new SessionId(grainId.GetGuidKey())));
    }

    /// <exception cref="InconsistentStateException">The store holds another version: another activation wrote. Nothing was written.</exception>
    /// <exception cref="StoreUnavailableException">Not written.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var state = Cast(grainState);
        var (session, change) = state.State is { Session: { } given } written ? (given, written.Event) : throw new ArgumentException("There is no session to write.", nameof(grainState));
        using var activity = GrainMetrics.StartCommit();
        var result = await store.CommitAsync(new SessionCommit(session, change));
        if (result.Status != CommitStatus.Committed)
            throw new InconsistentStateException($"Session {session.Id} is not at version {session.Version - 1} any more.", "unknown", state.ETag);
        Set(state, session.Phase == SessionPhase.Gone ? null : session);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("A session ends with a commit of phase Gone, which deletes its row.");

    private static IGrainState<SessionGrainState> Cast<T>(IGrainState<T> state) => state as IGrainState<SessionGrainState>
        ?? throw new NotSupportedException($"The provider '{Name}' stores sessions and nothing else, not {typeof(T).Name}.");

    private static void Set(IGrainState<SessionGrainState> state, QosSession? session)
    {
        state.State = new SessionGrainState { Session = session };
        state.ETag = session?.Version.ToString(CultureInfo.InvariantCulture);
        state.RecordExists = session is not null;
    }
}
