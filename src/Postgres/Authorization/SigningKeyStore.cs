using Npgsql;
using QodOrleans.Core.Authorization;

namespace QodOrleans.Postgres.Authorization;

/// <summary>Signing keys in Postgres. They are few, and are read every few minutes.</summary>
public sealed class SigningKeyStore(NpgsqlDataSource source) : ISigningKeyStore
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<SealedSigningKey>> ReadAsync(CancellationToken cancellation) => await source.ReadAsync(
        "select generation, made_at, content from qod.signing_keys order by generation",
        _ => { },
        row => new SealedSigningKey(row.GetInt32(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<byte[]>(2)),
        cancellation);

    /// <inheritdoc />
    public async Task AddAsync(SealedSigningKey key, CancellationToken cancellation) => await source.ExecuteAsync(
        "insert into qod.signing_keys (generation, made_at, content) values ($1, $2, $3) on conflict (generation) do nothing",
        parameters => parameters.With(key.Generation).With(key.MadeAt.ToMilliseconds()).With(key.Content),
        cancellation);

    /// <inheritdoc />
    public async Task RemoveAsync(int generation, CancellationToken cancellation) =>
        await source.ExecuteAsync("delete from qod.signing_keys where generation = $1", parameters => parameters.With(generation), cancellation);
}
