using System.Net;
using QodOrleans.Grains.Operators;

namespace QodOrleans.Grains.Tests.Operators;

public sealed class QuotaAllocatorTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly SiloAddress One = Silo(1);
    private static readonly SiloAddress Two = Silo(2);
    private static readonly SiloAddress Three = Silo(3);

    private readonly QuotaAllocator allocator = new(Lease);
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_first_silo_has_all()
    {
        Assert.Equal(100, Grant(One));
    }

    [Fact]
    public void A_silo_that_joins_gets_its_quota_when_the_others_have_given_it_back()
    {
        Grant(One, wanted: 10);
        Assert.Equal(1, Grant(Two, wanted: 10));
        Assert.Equal(50, Grant(One, held: 100, wanted: 10));
        Assert.Equal(50, Grant(Two, held: 1, wanted: 10));
    }

    [Fact]
    public void Who_wants_more_gets_more()
    {
        for (var round = 0; round < 3; round++)
        {
            Grant(One, wanted: 0);
            Grant(Two, wanted: 98);
        }
        Assert.Equal(1, Grant(One, wanted: 0));
        Assert.Equal(99, Grant(Two, wanted: 98));
    }

    [Fact]
    public void The_quota_of_a_silo_that_is_gone_comes_back_when_its_lease_ends_and_no_earlier()
    {
        Grant(One, wanted: 10);
        Grant(Two, wanted: 10);
        Grant(One, held: 100, wanted: 10);
        Grant(Two, held: 1, wanted: 10);

        now += Lease - TimeSpan.FromSeconds(1);
        Assert.Equal(50, Grant(One, held: 50, wanted: 10));
        now += TimeSpan.FromSeconds(1);
        Assert.Equal(100, Grant(One, held: 50, wanted: 10));
    }

    [Fact]
    public void Whatever_is_asked_in_whatever_order_no_more_is_out_than_the_limit()
    {
        var random = new Random(7);
        SiloAddress[] silos = [One, Two, Three];
        var held = new Dictionary<SiloAddress, int>();
        for (var step = 0; step < 10_000; step++)
        {
            var silo = silos[random.Next(silos.Length)];
            held[silo] = allocator.Grant(silo, held.GetValueOrDefault(silo), random.Next(200), limit: 30, now);
            // Every silo may make one call, whatever the others hold.
            Assert.InRange(held.Values.Sum(), 1, 30 + silos.Length - 1);
            Assert.All(held.Values, quota => Assert.InRange(quota, 1, 30));
            now += TimeSpan.FromMilliseconds(random.Next(500));
        }
    }

    private int Grant(SiloAddress silo, int held = 0, int wanted = 0) => allocator.Grant(silo, held, wanted, limit: 100, now);

    private static SiloAddress Silo(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, number), 1);
}
