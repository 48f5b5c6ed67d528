using Microsoft.Extensions.Logging;
using Npgsql;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres.Batching;

/// <summary>What all batch loops of one kind share.</summary>
/// <param name="Kind">Names them in metrics.</param>
internal sealed record BatchContext(
    string Kind, NpgsqlDataSource Source, PostgresOptions Options, PostgresMetrics Metrics, TimeProvider Time, ILogger Log)
{
    public int BatchLimit => Options.BatchLimit;

    public bool IsOverdue(BatchOp op) => Time.GetElapsedTime(op.EnqueuedAt) >= Options.CommitDeadline;

    public void BatchSize(int size) => Metrics.BatchSize(Kind, size);

    public StoreUnavailableException NoAnswer() => new($"The database did not answer within {Options.CommitDeadline}.");
}
