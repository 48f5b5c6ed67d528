using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Postgres.Tests;

public sealed class GroupCommitTests(PostgresStore database) : PostgresTest(database)
{
    [Fact]
    public async Task A_full_queue_refuses_at_once_and_serves_what_it_took()
    {
        await using var services = PostgresStore.Host(Database.ConnectionString, ("Writers", "1"), ("QueueLimit", "5"));
        var store = services.GetRequiredService<ISessionStore>();
        Task<CommitResult>[] taken;
        await using (await HoldUpSessionsAsync())
        {
            var underWay = store.CommitAsync(Sample.Requested().Silent()).AsTask();
            await Database.WaitForBlockedAsync();
            taken = [underWay, .. Enumerable.Range(0, 5).Select(_ => store.CommitAsync(Sample.Requested().Silent()).AsTask())];

            var refused = store.CommitAsync(Sample.Requested().Silent());
            Assert.True(refused.IsFaulted);
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await refused);
        }
        Assert.All(await Task.WhenAll(taken), result => Assert.Equal(CommitStatus.Committed, result.Status));
    }

    [Fact]
    public async Task Two_admissions_of_one_device_never_share_a_statement()
    {
        await using var services = PostgresStore.Host(Database.ConnectionString, ("Writers", "1"));
        var store = services.GetRequiredService<ISessionStore>();
        var device = Sample.NewDevice();
        Task<CommitResult>[] rivals;
        await using (await HoldUpSessionsAsync())
        {
            var underWay = store.CommitAsync(Sample.Requested().Silent()).AsTask();
            await Database.WaitForBlockedAsync();
            // All of these wait together, and would be one batch.
            rivals = [.. Enumerable.Range(0, 8).Select(_ => store.CommitAsync(Sample.Requested(device).Admitted()).AsTask())];
        }
        var results = await Task.WhenAll(rivals);
        Assert.Equal(CommitStatus.Committed, results[0].Status);
        Assert.All(results[1..], result => Assert.Equal(CommitStatus.StaleDevice, result.Status));
        Assert.Single((await store.ReadDeviceAsync(device)).Held);
    }

    [Fact]
    public async Task Two_changes_of_one_session_never_share_a_statement()
    {
        await using var services = PostgresStore.Host(Database.ConnectionString, ("Writers", "1"));
        var store = services.GetRequiredService<ISessionStore>();
        var session = Sample.Requested();
        Task<CommitResult>[] steps;
        await using (await HoldUpSessionsAsync())
        {
            var underWay = store.CommitAsync(Sample.Requested().Silent()).AsTask();
            await Database.WaitForBlockedAsync();
            steps = [.. new[] { session.Admitted(), session.Activated().Silent(), session.Activated().Gone().Silent() }.Select(step => store.CommitAsync(step).AsTask())];
        }
        Assert.All(await Task.WhenAll(steps), result => Assert.Equal(CommitStatus.Committed, result.Status));
        Assert.Null(await store.ReadAsync(session.Id));
    }

    [Fact]
    public async Task A_text_that_cannot_be_encoded_fails_alone()
    {
        var poisoned = Sample.Requested() with { OperatorReference = "\ud800" };
        var healthy = Enumerable.Range(0, 50).Select(_ => Sample.Requested()).ToArray();
        var rejected = Database.Store.CommitAsync(poisoned.Silent()).AsTask();
        var commits = healthy.Select(session => Database.Store.CommitAsync(session.Silent()).AsTask()).ToArray();

        await Assert.ThrowsAsync<CommitRejectedException>(() => rejected);
        Assert.All(await Task.WhenAll(commits), result => Assert.Equal(CommitStatus.Committed, result.Status));
    }

    [Fact]
    public async Task A_clean_stop_serves_what_waits_and_takes_nothing_more()
    {
        var services = PostgresStore.Host(Database.ConnectionString);
        var store = services.GetRequiredService<ISessionStore>();
        var commits = Enumerable.Range(0, 2000).Select(_ => store.CommitAsync(Sample.Requested().Admitted()).AsTask()).ToArray();
        await services.DisposeAsync();

        Assert.All(commits, commit => Assert.True(commit.IsCompletedSuccessfully));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(Sample.Requested().Silent()));
    }
}
