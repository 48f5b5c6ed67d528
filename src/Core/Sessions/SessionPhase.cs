namespace QodOrleans.Core.Sessions;

/// <summary>Where a session is in its life. Phases only move downwards in this list, except that a late success of the operator takes
/// <see cref="Retained"/> back to <see cref="Releasing"/>: the client sees no difference, the operator gets its delete.</summary>
public enum SessionPhase
{
    /// <summary>The intent is durable; the operator has not confirmed. Seen as REQUESTED.</summary>
    Requested,

    /// <summary>The operator has it. Seen as AVAILABLE.</summary>
    Active,

    /// <summary>Over for the client; the operator's delete is still owed. Seen as UNAVAILABLE, or, after DELETE, not at all.</summary>
    Releasing,

    /// <summary>Over on both sides; readable until its retention ends. Seen as UNAVAILABLE.</summary>
    Retained,

    /// <summary>Forgotten: its row is deleted with the commit that enters this phase.</summary>
    Gone,
}
