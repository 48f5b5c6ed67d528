using Npgsql;
using QodOrleans.Core.Storage;

namespace QodOrleans.Postgres.Authorization;

/// <summary>One statement on a pooled connection. Logins are much rarer than sessions, so they need no batches.</summary>
internal static class Statement
{
    /// <summary>Runs the statement. If the connection is broken, it is run once more on a new one, so it must be safe to run it twice.</summary>
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

    /// <summary>Cut to whole milliseconds, as the store keeps them. Else a time would not be equal to itself when it is read back.</summary>
    public static DateTimeOffset ToMilliseconds(this DateTimeOffset time) => time.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerMillisecond));
}
