using Npgsql;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres.Authorization;

/// <summary>One statement on a pooled connection. Logins are rare beside sessions: they need no batches.</summary>
internal static class Statement
{
    /// <summary>Runs it; a connection that turns out to be dead is replaced once, so the statement must bear being run twice.</summary>
    /// <exception cref="StoreUnavailableException" />
    public static async Task<T> RunAsync<T>(
        this NpgsqlDataSource source, string sql, Action<NpgsqlParameterCollection> bind, Func<NpgsqlCommand, CancellationToken, Task<T>> run,
        CancellationToken cancellation)
    {
        try
        {
            return await RunOnceAsync();
        }
        catch (NpgsqlException e) when (e is not PostgresException { IsTransient: false })
        {
            source.Clear();
        }
        try
        {
            return await RunOnceAsync();
        }
        catch (NpgsqlException e)
        {
            throw new StoreUnavailableException("The database does not answer.", e);
        }

        async Task<T> RunOnceAsync()
        {
            await using var command = source.CreateCommand(sql);
            bind(command.Parameters);
            return await run(command, cancellation);
        }
    }

    public static Task<int> ExecuteAsync(this NpgsqlDataSource source, string sql, Action<NpgsqlParameterCollection> bind, CancellationToken cancellation) =>
        source.RunAsync(sql, bind, static (command, token) => command.ExecuteNonQueryAsync(token), cancellation);

    public static Task<List<T>> ReadAsync<T>(
        this NpgsqlDataSource source, string sql, Action<NpgsqlParameterCollection> bind, Func<NpgsqlDataReader, T> read, CancellationToken cancellation) =>
        source.RunAsync(
            sql, bind,
            async (command, token) =>
            {
                await using var reader = await command.ExecuteReaderAsync(token);
                var rows = new List<T>();
                while (await reader.ReadAsync(token)) rows.Add(read(reader));
                return rows;
            },
            cancellation);

    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return parameters;
    }

    /// <summary>The store keeps whole milliseconds; a time cut differently would not compare equal when it is read back.</summary>
    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => time.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerMillisecond));
}
