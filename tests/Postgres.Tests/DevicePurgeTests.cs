using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Postgres.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Postgres.Tests;

public sealed class DevicePurgeTests(PostgresStore database) : PostgresTest(database)
{
    private static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);

    private SessionStore Store => Database.Services.GetRequiredService<SessionStore>();

    [Fact]
    public async Task A_device_is_forgotten_when_it_is_idle_for_long_and_holds_nothing()
    {
        var (idle, recent, holding) = (Sample.Requested(), Sample.Requested(), Sample.Requested());
        foreach (var session in new[] { idle, recent, holding }) await Store.CommitAsync(session.Admitted());
        foreach (var session in new[] { idle, recent }) await Store.CommitAsync(session.Gone().Silent());
        await AgeAsync(idle.Terms.DeviceKey);
        await AgeAsync(holding.Terms.DeviceKey);
        await Store.PurgeDevicesAsync(TwoDays, CancellationToken.None);

        Assert.Equal(0, (await Store.ReadDeviceAsync(idle.Terms.DeviceKey)).Fence);
        Assert.NotEqual(0, (await Store.ReadDeviceAsync(recent.Terms.DeviceKey)).Fence);
        Assert.NotEqual(0, (await Store.ReadDeviceAsync(holding.Terms.DeviceKey)).Fence);
    }

    [Fact]
    public async Task The_fence_of_a_device_that_was_forgotten_and_came_back_is_a_new_one()
    {
        var device = Sample.NewDevice();
        var before = await Store.CommitAsync(Sample.Requested(device).Ended(StatusInfo.DurationExpired).AsFirst().Admitted());
        await AgeAsync(device);
        Assert.True(await Store.PurgeDevicesAsync(TwoDays, CancellationToken.None) >= 1);

        var after = await Store.CommitAsync(Sample.Requested(device).Admitted());
        Assert.Equal(CommitStatus.Committed, after.Status);
        Assert.NotEqual(before.DeviceFence, after.DeviceFence);
        Assert.Equal(CommitStatus.StaleDevice, (await Store.CommitAsync(Sample.Requested(device).Admitted(before.DeviceFence))).Status);
    }

    [Fact]
    public async Task An_admission_during_the_purge_keeps_its_device()
    {
        var session = Sample.Requested();
        await Store.CommitAsync(session.Admitted());
        await Store.CommitAsync(session.Gone().Silent());
        await AgeAsync(session.Terms.DeviceKey);

        // An admission that is written but not committed when the purge comes by.
        await using var owner = await Database.ConnectAsync();
        await using var admission = new NpgsqlCommand(
            $"begin; update qod.devices set fence = 5, admitted_at = now() where key = '{session.Terms.DeviceKey}'", owner);
        await admission.ExecuteNonQueryAsync();
        var purge = Store.PurgeDevicesAsync(TwoDays, CancellationToken.None);
        await Database.WaitForBlockedAsync();
        await using var commit = new NpgsqlCommand("commit", owner);
        await commit.ExecuteNonQueryAsync();

        await purge;
        Assert.Equal(5, (await Store.ReadDeviceAsync(session.Terms.DeviceKey)).Fence);
    }

    private async Task AgeAsync(DeviceKey device) => await
        Database.ScalarAsync($"update qod.devices set admitted_at = now() - interval '49 hours' where key = '{device}'");
}

internal static class SampleExtensions
{
    /// <summary>As if it had been so from the start.</summary>
    public static QosSession AsFirst(this QosSession session) => session with { Version = 1 };
}
