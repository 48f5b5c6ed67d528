using Npgsql;

namespace QodOrleans.Postgres.Batching;

/// <summary>The kinds of failures of a statement, as far as it matters for sending it again.</summary>
internal enum Failure
{
    /// <summary>Rolled back because of the content of one operation. If it is sent again, it fails again.</summary>
    Poisoned,

    /// <summary>Rolled back, for a reason that may pass: deadlock, resources, a read-only standby.</summary>
    RolledBack,

    /// <summary>The answer is missing: it may have been committed, may still be running, or was never received.</summary>
    Unknown,
}

internal static class FailureExtensions
{
    public static Failure Sort(this Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => state[..2] switch
        {
            // 22 data exception, 23 integrity violation, 54 program limit exceeded (a key too long for its index).
            "22" or "23" or "54" => Failure.Poisoned,
            // 08 connection, 57P operator intervention, 58 system error, XX internal: the session ended, perhaps after the commit.
            "08" or "58" or "XX" => Failure.Unknown,
            "57" when state.StartsWith("57P", StringComparison.Ordinal) => Failure.Unknown,
            _ => Failure.RolledBack,
        },
        NpgsqlException or IOException or ObjectDisposedException or OperationCanceledException or TimeoutException => Failure.Unknown,
        // Npgsql could not encode it, for example a text with half of a surrogate pair.
        _ => Failure.Poisoned,
    };
}
