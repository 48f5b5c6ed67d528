using Npgsql;
using NpgsqlTypes;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres;

/// <summary>A page of a list, read on a pooled connection.</summary>
internal sealed class PageQuery
{
    private const int LongestPage = 10_000;

    private readonly string sql;
    private readonly List<(string Name, NpgsqlDbType Type, object Value)> parameters = [];

    public PageQuery(string sql, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        this.sql = sql;
        With("limit", NpgsqlDbType.Integer, limit);
    }

    public PageQuery With(string name, NpgsqlDbType type, object value)
    {
        parameters.Add((name, type, value));
        return this;
    }

    public async Task<IReadOnlyList<T>> ReadAsync<T>(NpgsqlDataSource source, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        try
        {
            return await ReadOnceAsync(source, read, cancellation);
        }
        catch (NpgsqlException e) when (e is not PostgresException { IsTransient: false })
        {
            // The pool may give out a connection that died while it was idle. A second connection, newly made, shows whether the database can be reached.
            source.Clear();
        }
        try
        {
            return await ReadOnceAsync(source, read, cancellation);
        }
        catch (NpgsqlException e)
        {
            throw new StoreUnavailableException("The database does not answer.", e);
        }
    }

    private async Task<List<T>> ReadOnceAsync<T>(NpgsqlDataSource source, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var (name, type, value) in parameters) command.Parameters.AddWithValue(name, type, value);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var page = new List<T>();
        while (await reader.ReadAsync(cancellation)) page.Add(read(reader));
        return page;
    }
}
