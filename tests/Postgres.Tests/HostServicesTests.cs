using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.TestSupport;

namespace QodOrleans.Postgres.Tests;

public sealed class HostServicesTests(PostgresStore database) : PostgresTest(database)
{
    [Fact]
    public async Task A_pin_keeps_its_first_value()
    {
        var invariants = Database.Services.GetRequiredService<DatabaseInvariants>();
        Assert.Equal("a", await invariants.PinAsync("secret", "a"));
        Assert.Equal("a", await invariants.PinAsync("secret", "b"));
        var raced = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => invariants.PinAsync("raced", $"{i}")));
        Assert.Single(raced.Distinct());
    }

    [Fact]
    public void Keys_read_back_as_they_were_stored()
    {
        var keys = Database.Services.GetRequiredService<PostgresKeyRepository>();
        keys.StoreElement(XElement.Parse("<key id=\"1\"><value>ä &amp; b</value></key>"), "one");
        keys.StoreElement(XElement.Parse("<key id=\"2\" />"), "two");
        Assert.Equal(["<key id=\"1\"><value>ä &amp; b</value></key>", "<key id=\"2\" />"],
            keys.GetAllElements().Select(element => element.ToString(SaveOptions.DisableFormatting)));
    }

    [Fact]
    public async Task A_dead_event_is_kept_with_the_reason()
    {
        var session = Sample.Requested();
        await Database.Store.CommitAsync(session.Silent());
        var told = session.Activated().Told();
        await Database.Store.CommitAsync(told);
        await Database.Outbox.DeadLetterAsync(told.Event!.EventId, "410 Gone\0");
        Assert.Equal("410 Gone\uFFFD", await Database.ScalarAsync($"select dead_reason from qod.events where id = '{told.Event.EventId}'"));
    }
}
