using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Postgres.Sessions;

/// <summary>Reads sessions from a result.</summary>
internal static class SessionRow
{
    /// <summary>In the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns =
        """
        s.id, s.client_id, s.subject, s.device_key, s.operator_id, s.phase, s.status_info, s.create_settled, s.duration_s, s.attempts,
        s.event_sequence, s.version, s.due_at, s.started_at, s.ended_at, s.operator_reference, s.document
        """;

    public static QosSession Read(NpgsqlDataReader row) => new()
    {
        Id = new SessionId(row.GetGuid(0)),
        Terms = SessionDocument.Read(
            row.GetFieldValue<byte[]>(16),
            clientId: row.GetString(1),
            subject: Text(row, 2),
            new OperatorId(row.GetString(4)),
            new DeviceKey(row.GetGuid(3))),
        Phase = (SessionPhase)row.GetInt16(5),
        StatusInfo = row.IsDBNull(6) ? null : (StatusInfo)row.GetInt16(6),
        CreateSettled = row.GetBoolean(7),
        Duration = TimeSpan.FromSeconds(row.GetInt32(8)),
        Attempts = row.GetInt32(9),
        EventSequence = row.GetInt32(10),
        Version = row.GetInt32(11),
        DueAt = Time(row, 12)!.Value,
        StartedAt = Time(row, 13),
        EndedAt = Time(row, 14),
        OperatorReference = Text(row, 15),
    };

    public static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new DateTimeOffset(row.GetDateTime(column));
}
