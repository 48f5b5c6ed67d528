using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Postgres.Tests;

public sealed class ServerRestartTests
{
    [Fact]
    public async Task A_server_that_crashes_under_load_loses_nothing_acknowledged_and_leaves_nobody_waiting()
    {
        Assert.SkipWhen(PrivatePostgres.WhyNone is not null, PrivatePostgres.WhyNone ?? "");
        await using var server = await PrivatePostgres.StartAsync();
        await using var services = PostgresStore.Host(server.ConnectionString);
        await services.GetRequiredService<Migrations>().MigrateAsync();
        var store = services.GetRequiredService<ISessionStore>();

        var acknowledged = 0;
        var stop = false;
        var load = Enumerable.Range(0, 64).Select(async _ =>
        {
            // The last version that was acknowledged; what was refused must not be there either.
            var known = new List<(SessionId Id, int Version)>();
            while (!Volatile.Read(ref stop))
            {
                var session = Sample.Requested();
                var reached = 0;
                foreach (var commit in new[] { session.Admitted(), session.Activated().Told() })
                {
                    try
                    {
                        Assert.Equal(CommitStatus.Committed, (await store.CommitAsync(commit)).Status);
                        reached = commit.Session.Version;
                        Interlocked.Increment(ref acknowledged);
                    }
                    catch (StoreUnavailableException)
                    {
                        break;
                    }
                }
                known.Add((session.Id, reached));
            }
            return known;
        }).ToArray();

        for (var crash = 0; crash < 3; crash++)
        {
            var mark = Volatile.Read(ref acknowledged) + 1000;
            await Eventually.IsTrueAsync(() => Volatile.Read(ref acknowledged) >= mark || load.Any(task => task.IsFaulted));
            await server.StopImmediateAsync();
            await server.RestartAsync();
        }
        Volatile.Write(ref stop, true);

        foreach (var (id, version) in (await Task.WhenAll(load)).SelectMany(known => known))
            Assert.Equal(version, (await store.ReadAsync(id))?.Version ?? 0);
    }
}
