using System.ComponentModel.DataAnnotations;

namespace QodOrleans.Postgres;

/// <summary>The store's settings, under <c>Qod:Postgres</c>.</summary>
public sealed class PostgresOptions
{
    public const string Section = "Qod:Postgres";

    /// <summary>In Npgsql's form, for example <c>Host=db;Username=qod;Database=qod</c>. A direct connection: a pooler that shares connections
    /// between transactions would break the prepared statements. No default.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Qod:Postgres:ConnectionString is missing.")]
    public string ConnectionString { get; set; } = "";

    /// <summary>Connections that write sessions, 1 to 16. With one, Postgres is idle while the next batch is prepared. More than two make the batches smaller,
    /// and help only if Postgres has free cores. Default 2.</summary>
    [Range(1, 16)]
    public int Writers { get; set; } = 2;

    /// <summary>Most operations in one statement, 1 to 8192. Default 512.</summary>
    [Range(1, 8192)]
    public int BatchLimit { get; set; } = 512;

    /// <summary>Most operations that wait for a place in a statement, 1 to 1,000,000; beyond it callers are refused at once. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int QueueLimit { get; set; } = 10_000;

    /// <summary>How long an operation may wait for a database that does not answer, 0.1 s to 10 min; then it is refused. An operation that was sent and
    /// may have been done waits until this is known. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan CommitDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one statement may run before the connection is given up, 1 s to 5 min, in whole seconds. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
