namespace QodOrleans.Core.Sessions;

/// <summary>Where a session is in its life. Phases only move downwards in this list, with one exception: if the operator accepts late,
/// <see cref="Retained"/> goes back to <see cref="Releasing"/>, so that the operator gets a delete. The client sees no difference.
/// The numbers are stored, sent between processes and written out in SQL: never changed, never used again.</summary>
public enum SessionPhase
{
    /// <summary>The session is stored; the operator has not accepted it yet. Seen as REQUESTED.</summary>
    Requested = 0,

    /// <summary>The operator has it. Seen as AVAILABLE.</summary>
    Active = 1,

    /// <summary>Over for the client; the operator must still delete it. Seen as UNAVAILABLE; after a DELETE it is not seen at all.</summary>
    Releasing = 2,

    /// <summary>Over on both sides; readable until its retention ends. Seen as UNAVAILABLE.</summary>
    Retained = 3,

    /// <summary>The commit that enters this phase deletes the session's row.</summary>
    Gone = 4,
}
