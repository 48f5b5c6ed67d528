namespace QodOrleans.Core.Sessions;

/// <summary>Where a session is in its life. Phases only move downwards in this list, except that a late success of the operator takes
/// <see cref="Retained"/> back to <see cref="Releasing"/>: the client sees no difference, the operator gets its delete.
/// The numbers are stored, sent between processes and written out in SQL: never changed, never used again.</summary>
public enum SessionPhase
{
    /// <summary>The intent is durable; the operator has not confirmed. Seen as REQUESTED.</summary>
    Requested = 0,

    /// <summary>The operator has it. Seen as AVAILABLE.</summary>
    Active = 1,

    /// <summary>Over for the client; the operator's delete is still owed. Seen as UNAVAILABLE, or, after DELETE, not at all.</summary>
    Releasing = 2,

    /// <summary>Over on both sides; readable until its retention ends. Seen as UNAVAILABLE.</summary>
    Retained = 3,

    /// <summary>Forgotten: its row is deleted with the commit that enters this phase.</summary>
    Gone = 4,
}
