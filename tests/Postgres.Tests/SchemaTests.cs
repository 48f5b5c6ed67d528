using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Postgres.Tests;

public sealed class SchemaTests(PostgresStore database, PostgresServer server) : PostgresTest(database)
{
    [Fact]
    public async Task A_migrated_database_is_accepted_and_migrating_again_changes_nothing()
    {
        var migrations = Database.Services.GetRequiredService<Migrations>();
        await migrations.CheckAsync();
        await migrations.MigrateAsync();
        await migrations.CheckAsync();
    }

    [Fact]
    public async Task Programs_that_migrate_at_once_wait_for_each_other()
    {
        await using var empty = await EmptyAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var program = PostgresStore.Host(empty.ConnectionString);
            await program.GetRequiredService<Migrations>().MigrateAsync();
            await program.GetRequiredService<Migrations>().CheckAsync();
        }));
    }

    [Fact]
    public async Task A_database_without_schema_is_refused_with_the_remedy()
    {
        await using var empty = await EmptyAsync();
        await using var program = PostgresStore.Host(empty.ConnectionString);
        var refused = await Assert.ThrowsAsync<SchemaVersionException>(() => program.GetRequiredService<Migrations>().CheckAsync());
        Assert.Contains("version 0", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Run the migration", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_later_program_is_refused_and_left_alone()
    {
        await using var empty = await EmptyAsync();
        await using var program = PostgresStore.Host(empty.ConnectionString);
        var migrations = program.GetRequiredService<Migrations>();
        await migrations.MigrateAsync();
        await using (var insert = program.GetRequiredService<NpgsqlDataSource>().CreateCommand("insert into qod.schema_versions (version, name) values (999, 'later')"))
            await insert.ExecuteNonQueryAsync();

        Assert.Contains("999", (await Assert.ThrowsAsync<SchemaVersionException>(() => migrations.CheckAsync())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SchemaVersionException>(() => migrations.MigrateAsync());
    }

    [Fact]
    public async Task A_row_of_the_first_release_reads_as_it_was_meant()
    {
        var id = Guid.CreateVersion7();
        var device = Guid.NewGuid();
        await Database.ScalarAsync(
            $$"""
            insert into qod.sessions (id, client_id, device_key, operator_id, phase, create_settled, holds_flow, duration_s, attempts, event_sequence,
                version, write_id, due_at, document)
            values ('{{id}}', 'my-app-id', '{{device}}', 'movistar-es', 1, true, true, 600, 0, 1, 2, 77, '2026-03-01T12:00:00.123Z',
                '{"surface":"s2","subscriber":"tel:+34600000001","device":{"phoneNumber":"+34600000001","networkAccessIdentifier":"1@x",
                  "ipv4Address":{"publicAddress":"203.0.113.7","privateAddress":"10.0.0.1","publicPort":5060},"ipv6Address":"2001:db8::1"},
                  "applicationServer":{"ipv4Address":"198.51.100.10/32","ipv6Address":"2001:db8::/64"},
                  "devicePorts":{"ports":[80]},"applicationServerPorts":{"ranges":[{"from":5000,"to":5010}],"ports":[443]},
                  "qosProfile":"QOS_E","sink":"https://app.example.com/events","sinkToken":"AQIDAP8=",
                  "correlator":"c-1","createdAt":"2026-03-01T12:00:00.123+00:00"}')
            """);

        var session = (await Database.Store.ReadAsync(new SessionId(id)))!;
        Assert.Equal(SessionPhase.Active, session.Phase);
        Assert.Equal(Sample.Noon, session.DueAt);
        var expected = new SessionTerms
        {
            ClientId = "my-app-id",
            Surface = "s2",
            Operator = new OperatorId("movistar-es"),
            Subscriber = "tel:+34600000001",
            DeviceKey = new DeviceKey(device),
            Device = new Device
            {
                PhoneNumber = "+34600000001",
                NetworkAccessIdentifier = "1@x",
                Ipv4Address = new DeviceIpv4Address("203.0.113.7", "10.0.0.1", 5060),
                Ipv6Address = "2001:db8::1",
            },
            ApplicationServer = new ApplicationServer("198.51.100.10/32", "2001:db8::/64"),
            DevicePorts = new PortsSpec(null, [80]),
            ApplicationServerPorts = new PortsSpec([new PortRange(5000, 5010)], [443]),
            QosProfile = "QOS_E",
            Sink = new Sink(new Uri("https://app.example.com/events"), [1, 2, 3, 0, 255]),
            Correlator = "c-1",
            CreatedAt = Sample.Noon,
        };
        Assert.Equivalent(expected, session.Terms, strict: true);
    }

    /// <summary>The numbers themselves are pinned in Core.Tests; here it is shown that the literals in SQL are the right ones.</summary>
    [Fact]
    public async Task The_numbers_written_out_in_sql_mean_the_phases_and_reasons_that_they_are_meant_to()
    {
        var listed = new List<SessionPhase>();
        foreach (var phase in Enum.GetValues<SessionPhase>().Where(phase => phase != SessionPhase.Gone))
        {
            var session = await StoredAsync(phase, why: null);
            if (await IsListedAsync(session)) listed.Add(phase);
        }
        Assert.Equal([SessionPhase.Requested, SessionPhase.Active], listed);

        var ofDevice = new List<StatusInfo>();
        foreach (var why in Enum.GetValues<StatusInfo>())
        {
            var session = await StoredAsync(SessionPhase.Retained, why);
            if ((await Database.Store.ReadByDeviceAsync(session.Terms.DeviceKey, session.Terms.ClientId, null, 10, CancellationToken.None)).Count > 0) ofDevice.Add(why);
        }
        Assert.Equal([StatusInfo.DurationExpired, StatusInfo.NetworkTerminated], ofDevice);
    }

    /// <summary>An index serves a query only where its predicate is the query's own.</summary>
    [Theory]
    [InlineData("sessions_client")]
    [InlineData("sessions_user")]
    public async Task The_indexes_of_lists_hold_what_the_lists_show(string index)
    {
        var predicate = await Database.ScalarAsync($"select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = 'qod.{index}'::regclass");
        foreach (var phase in Enum.GetValues<SessionPhase>())
        {
            var held = await Database.ScalarAsync($"select {predicate} from (select {phase:D}::int2 as phase, 'somebody' as subject) s");
            Assert.Equal(phase is SessionPhase.Requested or SessionPhase.Active, held);
        }
    }

    [Fact]
    public void A_missing_connection_string_is_named()
    {
        using var program = PostgresStore.Host("");
        var refused = Assert.Throws<OptionsValidationException>(() => program.GetRequiredService<NpgsqlDataSource>());
        Assert.Contains("Qod:Postgres:ConnectionString", refused.Message, StringComparison.Ordinal);
    }

    private async Task<QosSession> StoredAsync(SessionPhase phase, StatusInfo? why)
    {
        var session = Sample.Requested() with { Phase = phase, StatusInfo = why };
        await Database.Store.CommitAsync((session with { Terms = session.Terms with { ClientId = $"client-{session.Id}" } }).Silent());
        return (await Database.Store.ReadAsync(session.Id))!;
    }

    private async Task<bool> IsListedAsync(QosSession session) =>
        (await Database.Store.ReadByClientAsync(session.Terms.ClientId, null, 10, CancellationToken.None)).Count > 0;

    private async Task<Empty> EmptyAsync() => new(server, await server.CreateDatabaseAsync());

    private sealed record Empty(PostgresServer Server, string ConnectionString) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Server.DropDatabaseAsync(ConnectionString);
    }
}
