using System.Globalization;
using Npgsql;

namespace QodOrleans.Bench.Database;

/// <summary>A database of our own on the given server, gone when disposed of.</summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private readonly string maintenance;

    private ScratchDatabase(string maintenance, string name)
    {
        this.maintenance = maintenance;
        Connection = new NpgsqlConnectionStringBuilder(maintenance) { Database = name };
        // A batch over 100,000 rows takes as long as it takes; every measurement has its own limit.
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Connection.ConnectionString) { CommandTimeout = 600, MaxPoolSize = 4 });
    }

    /// <summary>For those who make their own connections.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>For set-up and inspection: at most four connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <param name="maintenance">Connection string of a role that may create databases.</param>
    public static async Task<ScratchDatabase> CreateAsync(string maintenance, CancellationToken cancellation)
    {
        var name = $"qod_bench_{Guid.CreateVersion7():N}";
        await ExecuteAsync(maintenance, $"create database {name}", cancellation);
        return new ScratchDatabase(maintenance, name);
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <exception cref="InvalidOperationException">The answer is empty or null.</exception>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellation) is T value ? value : throw new InvalidOperationException($"No {typeof(T).Name} from: {sql}");
    }

    /// <summary>The texts of a query's only column.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var texts = new List<string>();
        while (await reader.ReadAsync(cancellation)) texts.Add(reader.GetString(0));
        return texts;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await ExecuteAsync(maintenance, string.Create(CultureInfo.InvariantCulture, $"drop database if exists {Connection.Database} with (force)"), limit.Token);
    }

    private static async Task ExecuteAsync(string connection, string sql, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
