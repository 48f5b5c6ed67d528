using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Batching;

namespace QodOrleans.Postgres.Sessions;

/// <summary>One commit under way.</summary>
/// <param name="writeId">Stored in the row, so that this commit can be recognized; also the device's fence after an admission. Never 0.</param>
internal sealed class CommitOp : BatchOp<CommitResult>
{
    public CommitOp(SessionCommit commit, long writeId)
    {
        Commit = commit;
        WriteId = writeId;
        if (Session.Version < 1 || (Inserts && Deletes)) throw new ArgumentException("A first commit has version 1 and is not a deletion.", nameof(commit));
        if (commit.Admission is not null && !Inserts) throw new ArgumentException("Only a first commit is admitted.", nameof(commit));
        // Serialized here, on the caller's thread, because all callers wait for the one loop.
        Document = Inserts ? SessionDocument.Write(Session.Terms) : null;
    }

    public SessionCommit Commit { get; }

    public QosSession Session => Commit.Session;

    public long WriteId { get; }

    public bool Inserts => Session.Version == 1;

    public bool Deletes => Session.Phase == SessionPhase.Gone;

    /// <summary>The serialized terms, for an insert.</summary>
    public byte[]? Document { get; }

    public CommitResult Committed => new(CommitStatus.Committed, Commit.Admission is null ? 0 : WriteId);
}
