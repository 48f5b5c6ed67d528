using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Postgres.Tests;

/// <summary>Connections that break while a commit is under way: its caller learns the truth, or waits for it.</summary>
public sealed class CommitInDoubtTests : PostgresTest, IAsyncDisposable
{
    private readonly CuttingProxy proxy;
    private readonly ServiceProvider services;

    public CommitInDoubtTests(PostgresStore database)
        : base(database)
    {
        var direct = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        proxy = new CuttingProxy(direct.Host!, direct.Port);
        services = PostgresStore.Host(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString,
            ("Writers", "1"), ("CommitDeadline", "00:00:01"));
    }

    private ISessionStore Store => services.GetRequiredService<ISessionStore>();

    [Fact]
    public async Task A_first_commit_whose_answer_is_lost_is_committed_once()
    {
        await WarmUpAsync();
        var session = Sample.Requested();
        var cut = proxy.CutNextAnswer();
        var result = await Store.CommitAsync(session.Silent());

        Assert.True(cut.IsCompleted);
        Assert.Equal(CommitStatus.Committed, result.Status);
        Assert.Equal(1, (await Database.Store.ReadAsync(session.Id))!.Version);
    }

    [Fact]
    public async Task An_admission_whose_answer_is_lost_has_the_fence_that_it_set()
    {
        await WarmUpAsync();
        var session = Sample.Requested();
        var cut = proxy.CutNextAnswer();
        var result = await Store.CommitAsync(session.Admitted());

        Assert.True(cut.IsCompleted);
        Assert.Equal(CommitStatus.Committed, result.Status);
        Assert.Equal(result.DeviceFence, (await Database.Store.ReadDeviceAsync(session.Terms.DeviceKey)).Fence);
    }

    [Fact]
    public async Task A_refused_admission_whose_answer_is_lost_is_still_refused()
    {
        await WarmUpAsync();
        var session = Sample.Requested();
        var cut = proxy.CutNextAnswer();
        var result = await Store.CommitAsync(session.Admitted(expectedFence: 42));

        Assert.True(cut.IsCompleted);
        Assert.Equal(CommitStatus.StaleDevice, result.Status);
    }

    [Fact]
    public async Task An_update_whose_answer_is_lost_is_committed_once_with_one_event()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());
        var cut = proxy.CutNextAnswer();
        var result = await Store.CommitAsync(session.Activated().Told());

        Assert.True(cut.IsCompleted);
        Assert.Equal(CommitStatus.Committed, result.Status);
        Assert.Equal(2, (await Database.Store.ReadAsync(session.Id))!.Version);
        Assert.Equal(1L, await EventsOfAsync(session.Id));
    }

    [Fact]
    public async Task A_deletion_whose_answer_is_lost_is_committed()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());
        var cut = proxy.CutNextAnswer();
        var result = await Store.CommitAsync(session.Gone().Silent());

        Assert.True(cut.IsCompleted);
        Assert.Equal(CommitStatus.Committed, result.Status);
        Assert.Null(await Database.Store.ReadAsync(session.Id));
    }

    [Fact]
    public async Task A_stale_update_whose_answer_is_lost_is_still_stale()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());
        await Store.CommitAsync(session.Activated().Silent());
        var cut = proxy.CutNextAnswer();
        var result = await Store.CommitAsync((session.Activated() with { Attempts = 5 }).Silent());

        Assert.True(cut.IsCompleted);
        Assert.Equal(CommitStatus.StaleSession, result.Status);
        Assert.Equal(0, (await Database.Store.ReadAsync(session.Id))!.Attempts);
    }

    [Theory]
    [InlineData(false, CommitStatus.Committed)]
    [InlineData(true, CommitStatus.StaleSession)]
    public async Task A_statement_that_the_server_still_runs_is_waited_for(bool rivalWins, CommitStatus expected)
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());

        // 1. The update waits for a row lock; its connection breaks, but the server does not notice: it keeps waiting.
        await using var rival = await Database.ConnectAsync();
        await ExecuteAsync(rival, $"begin; select from qod.sessions where id = '{session.Id}' for update");
        var commit = Store.CommitAsync(session.Activated().Told()).AsTask();
        await Database.WaitForBlockedAsync(1);
        proxy.CutAll();

        // 2. The repetition waits behind it. Whatever is answered before the lock is gone would be a guess.
        await Database.WaitForBlockedAsync(2);
        Assert.False(commit.IsCompleted);
        if (rivalWins) await ExecuteAsync(rival, $"update qod.sessions set version = 2, write_id = 1 where id = '{session.Id}'");
        await ExecuteAsync(rival, "commit");

        Assert.Equal(expected, (await commit).Status);
        Assert.Equal(rivalWins ? 0L : 1L, await EventsOfAsync(session.Id));
    }

    [Fact]
    public async Task A_commit_in_doubt_outlives_its_deadline_and_one_that_was_never_sent_does_not()
    {
        await WarmUpAsync();
        var doubtful = Sample.Requested();
        var cut = proxy.CutNextAnswer();
        proxy.Refusing = true;
        var inDoubt = Store.CommitAsync(doubtful.Silent()).AsTask();
        await cut;

        // One deadline after the other, so that the first commit's is over for long.
        QosSession[] never = [Sample.Requested(), Sample.Requested()];
        foreach (var session in never) await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.CommitAsync(session.Silent()));
        Assert.False(inDoubt.IsCompleted);

        proxy.Refusing = false;
        Assert.Equal(CommitStatus.Committed, (await inDoubt).Status);
        foreach (var session in never) Assert.Null(await Database.Store.ReadAsync(session.Id));
    }

    [Fact]
    public async Task A_read_survives_a_broken_connection_and_ends_at_its_deadline()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Silent());
        Assert.NotNull(await Store.ReadAsync(session.Id));
        proxy.CutAll();
        Assert.NotNull(await Store.ReadAsync(session.Id));
        Assert.Empty((await Store.ReadDeviceAsync(Sample.NewDevice())).Held);

        proxy.Refusing = true;
        proxy.CutAll();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.ReadDueAsync(null, Sample.Noon, 1, CancellationToken.None));
    }

    [Fact]
    public async Task A_read_that_was_sent_and_never_answered_ends_at_its_deadline()
    {
        Assert.Null(await Store.ReadAsync(Sample.Requested().Id));
        var cut = proxy.CutNextAnswer();
        proxy.Refusing = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.ReadAsync(Sample.Requested().Id));
        Assert.True(cut.IsCompleted);
    }

    [Fact]
    public async Task Killed_backends_lose_no_answer_and_no_commit()
    {
        var sessions = Enumerable.Range(0, 400).Select(_ => Sample.Requested()).ToArray();
        var done = 0;
        var load = sessions.Chunk(20).Select(async chunk =>
        {
            foreach (var session in chunk)
            {
                Assert.Equal(CommitStatus.Committed, (await Store.CommitAsync(session.Admitted())).Status);
                Assert.Equal(CommitStatus.Committed, (await Store.CommitAsync(session.Activated().Told())).Status);
                Interlocked.Increment(ref done);
            }
        }).ToArray();
        for (var kill = 1; kill <= 5; kill++)
        {
            var mark = kill * sessions.Length / 6;
            await Eventually.IsTrueAsync(() => Volatile.Read(ref done) >= mark || load.Any(task => task.IsFaulted));
            await Database.ScalarAsync(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'qod'");
        }
        await Task.WhenAll(load);

        foreach (var session in sessions) Assert.Equal(2, (await Database.Store.ReadAsync(session.Id))!.Version);
        foreach (var session in sessions) Assert.Equal(1L, await EventsOfAsync(session.Id));
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await proxy.DisposeAsync();
    }

    private async Task WarmUpAsync() => await Store.CommitAsync(Sample.Requested().Silent());

    private async Task<long> EventsOfAsync(SessionId id) => (long)(await Database.ScalarAsync($"select count(*) from qod.events where session_id = '{id}'"))!;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
