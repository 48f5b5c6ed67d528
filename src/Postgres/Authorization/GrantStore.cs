using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Authorization;

namespace QodOrleans.Postgres.Authorization;

/// <summary>Grants and consents in Postgres.</summary>
public sealed class GrantStore(NpgsqlDataSource source) : IGrantStore
{
    private const string Columns = "key, client_id, state, expires_at, payload, ticket, interval_ms, next_poll_at, version";

    // If a random key is there already, our own first attempt has written it, before the connection broke. A key that a client has chosen (that of an
    // assertion) may also be a replay, and counts as one: the client is refused, and must send a new assertion.
    private const string AddSql = $"insert into qod.grants ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (key) do nothing";

    // Columns that never change are not written again. A repetition after a broken connection finds the version that it has written itself, and reports
    // that another writer was first. The client is then refused, which is safe; otherwise it could be answered twice.
    private const string ReplaceSql =
        "update qod.grants set state = $2, payload = $3, interval_ms = $4, next_poll_at = $5, version = $6 where key = $1 and version = $6 - 1";

    private const string SaveConsentSql =
        """
        insert into qod.consents (client_id, subject, scope, expires_at) select $1, $2, scope, $4 from unnest($3) scope
        on conflict (client_id, subject, scope) do update set expires_at = excluded.expires_at
        """;

    // Gateways that delete at the same time skip each other's rows.
    private const string SweepGrantsSql =
        "delete from qod.grants where key in (select key from qod.grants where expires_at < $1 order by expires_at limit $2 for update skip locked)";

    private const string SweepConsentsSql =
        """
        delete from qod.consents where (client_id, subject, scope) in
            (select client_id, subject, scope from qod.consents where expires_at < $1 order by expires_at limit $2 for update skip locked)
        """;

    /// <inheritdoc />
    public async Task<bool> AddAsync(Grant grant, CancellationToken cancellation) => await source.ExecuteAsync(
        AddSql,
        parameters => parameters
            .With(grant.Key.Value).With(grant.ClientId).With((short)grant.State).With(grant.ExpiresAt.ToMilliseconds())
            .With(grant.Payload).With(grant.Ticket?.Value).With((int)grant.Interval.TotalMilliseconds)
            .With(grant.NextPollAt?.ToMilliseconds()).With(grant.Version),
        cancellation) == 1;

    /// <inheritdoc />
    public async Task<Grant?> FindAsync(GrantKey key, CancellationToken cancellation) =>
        (await source.ReadAsync($"select {Columns} from qod.grants where key = $1", parameters => parameters.With(key.Value), Read, cancellation))
        .SingleOrDefault();

    /// <inheritdoc />
    public async Task<Grant?> FindByTicketAsync(GrantKey ticket, CancellationToken cancellation) =>
        (await source.ReadAsync($"select {Columns} from qod.grants where ticket = $1", parameters => parameters.With(ticket.Value), Read, cancellation))
        .SingleOrDefault();

    /// <inheritdoc />
    public async Task<bool> ReplaceAsync(Grant grant, CancellationToken cancellation) => await source.ExecuteAsync(
        ReplaceSql,
        parameters => parameters
            .With(grant.Key.Value).With((short)grant.State).With(grant.Payload)
            .With((int)grant.Interval.TotalMilliseconds)
            .With(grant.NextPollAt?.ToMilliseconds()).With(grant.Version),
        cancellation) == 1;

    /// <inheritdoc />
    public async Task SaveConsentAsync(Consent consent, CancellationToken cancellation) => await source.ExecuteAsync(
        SaveConsentSql,
        parameters => parameters
            .With(consent.ClientId).With(consent.Subject).With(consent.Scopes.Distinct().ToArray()).With(consent.ExpiresAt.ToMilliseconds()),
        cancellation);

    /// <inheritdoc />
    public async Task RemoveConsentAsync(string clientId, string subject, IReadOnlyList<string> scopes, CancellationToken cancellation) =>
        await source.ExecuteAsync(
        "delete from qod.consents where client_id = $1 and subject = $2 and scope = any($3)",
        parameters => parameters.With(clientId).With(subject).With(scopes.ToArray()),
        cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> ReadConsentAsync(string clientId, string subject, DateTimeOffset now, CancellationToken cancellation) =>
        await source.ReadAsync(
            "select scope from qod.consents where client_id = $1 and subject = $2 and expires_at > $3",
            parameters => parameters.With(clientId).With(subject).With(now),
            row => row.GetString(0),
            cancellation);

    /// <inheritdoc />
    public async Task<int> SweepAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellation)
    {
        var swept = 0;
        foreach (var sql in new[] { SweepGrantsSql, SweepConsentsSql })
            swept += await source.ExecuteAsync(sql, parameters => parameters.With(endedBefore).With(limit), cancellation);
        return swept;
    }

    private static Grant Read(NpgsqlDataReader row) => new()
    {
        Key = new GrantKey(row.GetGuid(0)),
        ClientId = row.GetString(1),
        State = (GrantState)row.GetInt16(2),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>(3),
        Payload = row.GetFieldValue<byte[]>(4),
        Ticket = row.IsDBNull(5) ? null : new GrantKey(row.GetGuid(5)),
        Interval = TimeSpan.FromMilliseconds(row.GetInt32(6)),
        NextPollAt = row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
        Version = row.GetInt32(8),
    };
}
