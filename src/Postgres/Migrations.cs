using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace QodOrleans.Postgres;

/// <summary>The database is not of the version that this program is made for.</summary>
public sealed class SchemaVersionException(string message) : Exception(message);

/// <summary>Brings the schema <c>qod</c> to the version of this program: the files <c>Schema/NNN_name.sql</c>, in order, each once.</summary>
public sealed partial class Migrations(NpgsqlDataSource source, ILogger<Migrations> log)
{
    // The number of the advisory lock. It has no meaning, but it must never change.
    private const long LockKey = 0x716f645f6d696772;

    private const string AppliedSql = "select coalesce(max(version), 0) from qod.schema_versions";

    private static readonly (int Version, string Name, string Sql)[] Known = [.. Load().OrderBy(migration => migration.Version)];

    /// <summary>The version that this program needs.</summary>
    public static int CurrentVersion => Known[^1].Version;

    /// <summary>Applies the missing migrations: all of them or, on an error, none. Programs that do this at the same time wait for each other.</summary>
    /// <exception cref="SchemaVersionException">The database is newer than this program.</exception>
    /// <exception cref="NpgsqlException">The database does not answer, or a migration failed.</exception>
    public async Task MigrateAsync(CancellationToken cancellation = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockKey})", cancellation);
        await ExecuteAsync(
            connection,
            """
            create schema if not exists qod;
            create table if not exists qod.schema_versions (version int4 primary key, name text not null, applied_at timestamptz not null default now())
            """,
            cancellation);
        await using var applied = new NpgsqlCommand(AppliedSql, connection);
        var version = (int)(await applied.ExecuteScalarAsync(cancellation))!;
        if (version > CurrentVersion) throw TooNew(version);

        foreach (var migration in Known.Where(migration => migration.Version > version))
        {
            await ExecuteAsync(connection, migration.Sql, cancellation);
            await using var record = new NpgsqlCommand("insert into qod.schema_versions (version, name) values ($1, $2)", connection);
            record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
            await record.ExecuteNonQueryAsync(cancellation);
            Log.Migrated(log, migration.Version, migration.Name);
        }
        await transaction.CommitAsync(cancellation);
    }

    /// <exception cref="SchemaVersionException">The database is older or newer than this program, or has no schema yet.</exception>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task CheckAsync(CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand(AppliedSql);
        int version;
        try
        {
            version = (int)(await command.ExecuteScalarAsync(cancellation))!;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            version = 0;
        }
        if (version > CurrentVersion) throw TooNew(version);
        if (version < CurrentVersion)
            throw new SchemaVersionException($"The database has schema version {version}, this program needs {CurrentVersion}. Run the migration first.");
    }

    private static SchemaVersionException TooNew(int version) => new(
        $"The database has schema version {version}, this program knows none above {CurrentVersion}. Run the program that migrated it, or a later one.");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static IEnumerable<(int Version, string Name, string Sql)> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (FileName().Match(resource) is not { Success: true } name) continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            yield return (int.Parse(name.Groups["version"].ValueSpan, provider: null), name.Groups["name"].Value, reader.ReadToEnd());
        }
    }

    [GeneratedRegex(@"\.Schema\.(?<version>\d{3})_(?<name>\w+)\.sql$", RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();
}
