using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace QodOrleans.Bench.Plain;

/// <summary>What a good engineer writes in an afternoon: ASP.NET Core, Npgsql, one prepared INSERT per request on a pooled connection. It checks
/// no token, no conflict and no operator, and tells nobody: the least that keeps a session. Two endpoints: the create, and an empty answer.</summary>
internal static class PlainService
{
    public const string Name = "plain";

    /// <summary>Environment variable with the connection string; the same one that the host reads.</summary>
    public const string PostgresVariable = "QOD_POSTGRES";

    // Twice the clients of the pgbench baseline: enough to share each flush of the log, few enough not to crowd two cores.
    private const int PoolSize = 32;

    private const string Insert = """
        insert into plain_sessions (id, client_id, operator, device_key, phase, due_at, version, document)
        values ($1, $2, $3, $4, 1, $5, 1, $6)
        """;

    // The store's keys and indexes, and the columns that such a service would have.
    private const string Table = """
        create table plain_sessions (
            id uuid primary key, client_id text not null, operator text not null, device_key uuid not null,
            phase int2 not null, due_at timestamptz not null, version int4 not null, document json not null);
        create index on plain_sessions (due_at, id);
        create index on plain_sessions (device_key);
        """;

    public static Command Command()
    {
        var port = new Option<int>("--port") { Required = true };
        var command = new Command(Name, "The service that the creates are compared with.") { port };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(port), Environment.GetEnvironmentVariable(PostgresVariable) ?? throw new InvalidOperationException($"{PostgresVariable} is not set."), cancellation));
        return command;
    }

    private static async Task RunAsync(int port, string postgres, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnectionStringBuilder(postgres) { MaxPoolSize = PoolSize, MaxAutoPrepare = 8, AutoPrepareMinUsages = 1 };
        await using var source = NpgsqlDataSource.Create(connection);
        await using (var table = source.CreateCommand(Table)) await table.ExecuteNonQueryAsync(cancellation);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PlainJson.Default));
        await using var app = builder.Build();

        app.MapGet("/empty", () => new Empty());
        app.MapPost("/qod/v0/sessions", async (CreateRequest request) => TypedResults.Created((string?)null, await CreateAsync(source, request)));

        await app.StartAsync(cancellation);
        await Console.Out.WriteLineAsync($"ready http://127.0.0.1:{port}");
        await app.WaitForShutdownAsync(cancellation);
    }

    private static async Task<CreatedSession> CreateAsync(NpgsqlDataSource source, CreateRequest request)
    {
        var now = TimeProvider.System.GetUtcNow();
        var due = now.AddSeconds(request.Duration);
        var id = Guid.CreateVersion7(now);

        await using var command = source.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "my-app-id" });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "movistar-es" });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = KeyOf(request.Device.PhoneNumber) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = due });
        command.Parameters.Add(new NpgsqlParameter<byte[]>
        {
            TypedValue = JsonSerializer.SerializeToUtf8Bytes(request, PlainJson.Default.CreateRequest),
            NpgsqlDbType = NpgsqlDbType.Json,
        });
        await command.ExecuteNonQueryAsync();

        return new CreatedSession(
            id, request.Device, request.ApplicationServer, request.QosProfile, request.Duration, request.Webhook, now.ToUnixTimeSeconds(), due.ToUnixTimeSeconds(), "AVAILABLE");
    }

    private static Guid KeyOf(string phoneNumber)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(phoneNumber), hash);
        return new Guid(hash[..16]);
    }
}
