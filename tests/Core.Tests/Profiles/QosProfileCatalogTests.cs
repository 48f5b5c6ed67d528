using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;

namespace QodOrleans.Core.Tests.Profiles;

public sealed class QosProfileCatalogTests
{
    private static QosProfile Profile(string name = "QOS_E") => new() { Name = name };

    private static QosDuration Lasts(int value, TimeUnit unit) => new(value, unit);

    // ---- who may have which profile, and for how long ---------------------------------------------------------------------------------

    private static readonly QosProfileCatalog Catalog = new(
    [
        Profile("QOS_E"),
        Profile("SHORT") with { MinDuration = Lasts(2, TimeUnit.Minutes), MaxDuration = Lasts(1, TimeUnit.Hours) },
        Profile("LONG") with { MaxDuration = Lasts(7, TimeUnit.Days) },
        Profile("OFF") with { Status = QosProfileStatus.Inactive },
        Profile("OLD") with { Status = QosProfileStatus.Deprecated },
    ]);

    [Theory]
    [InlineData("QOS_E", 1, null)]
    [InlineData("QOS_E", 86_400, null)]
    [InlineData("QOS_E", 0, SessionErrorCode.DurationOutOfRange)]
    [InlineData("QOS_E", 86_401, SessionErrorCode.DurationOutOfRange)]
    [InlineData("SHORT", 119, SessionErrorCode.DurationOutOfRange)]
    [InlineData("SHORT", 120, null)]
    [InlineData("SHORT", 3_600, null)]
    [InlineData("SHORT", 3_601, SessionErrorCode.DurationOutOfRange)]
    [InlineData("LONG", 604_800, null)]
    [InlineData("LONG", 604_801, SessionErrorCode.DurationOutOfRange)]
    [InlineData("OFF", 60, SessionErrorCode.ProfileNotApplicable)]
    [InlineData("OLD", 60, SessionErrorCode.ProfileNotApplicable)]
    [InlineData("OFF", 0, SessionErrorCode.ProfileNotApplicable)]
    [InlineData("QOS_X", 60, SessionErrorCode.ProfileUnknown)]
    [InlineData("qos_e", 60, SessionErrorCode.ProfileUnknown)]
    [InlineData("", 60, SessionErrorCode.ProfileUnknown)]
    public void A_session_needs_an_active_profile_and_a_duration_within_it(string name, int seconds, SessionErrorCode? refused) =>
        Assert.Equal(refused, Catalog.Admit(name, TimeSpan.FromSeconds(seconds))?.Code);

    [Fact]
    public void A_profile_may_be_for_the_devices_of_some_operators_only()
    {
        var catalog = new QosProfileCatalog([Profile("QOS_E"), Profile("OURS") with { Operators = ["movistar-es"] }]);

        Assert.Null(catalog.AdmitAt("QOS_E", new OperatorId("o2-de")));
        Assert.Null(catalog.AdmitAt("OURS", new OperatorId("movistar-es")));
        Assert.Equal(SessionErrorCode.ProfileNotApplicable, catalog.AdmitAt("OURS", new OperatorId("o2-de"))?.Code);
        Assert.Equal([false, true], catalog.All.Select(profile => profile.IsRestricted));
    }

    [Fact]
    public void Profiles_are_listed_in_the_order_of_the_configuration_and_found_by_their_exact_name()
    {
        Assert.Equal(["QOS_E", "SHORT", "LONG", "OFF", "OLD"], Catalog.All.Select(profile => profile.Name));
        Assert.Same(Catalog.All[3], Catalog.Find("OFF"));
        Assert.Null(Catalog.Find("off"));
    }

    // ---- what CAMARA allows in a profile ----------------------------------------------------------------------------------------------

    public static readonly Dictionary<string, QosProfile> Broken = new()
    {
        ["a name of two characters"] = Profile("QE"),
        ["a name of 257 characters"] = Profile(new string('Q', 257)),
        ["a name with a blank"] = Profile("QOS E"),
        ["a name with a letter outside ASCII"] = Profile("QÖS_E"),
        ["a name with a slash"] = Profile("QOS/E"),
        ["a rate above 1024"] = Profile() with { MaxDownstreamRate = new Rate(1025, RateUnit.Mbps) },
        ["a rate below 0"] = Profile() with { TargetMinUpstreamRate = new Rate(-1, RateUnit.Mbps) },
        ["an upstream rate above 1024"] = Profile() with { MaxUpstreamRate = new Rate(1025, RateUnit.bps) },
        ["an upstream burst above 1024"] = Profile() with { MaxUpstreamBurstRate = new Rate(1025, RateUnit.bps) },
        ["a downstream target above 1024"] = Profile() with { TargetMinDownstreamRate = new Rate(1025, RateUnit.bps) },
        ["a downstream burst above 1024"] = Profile() with { MaxDownstreamBurstRate = new Rate(1025, RateUnit.bps) },
        ["a shortest duration of 0"] = Profile() with { MinDuration = Lasts(0, TimeUnit.Seconds) },
        ["a longest duration of 0"] = Profile() with { MaxDuration = Lasts(0, TimeUnit.Days) },
        ["a delay budget of 0"] = Profile() with { PacketDelayBudget = Lasts(0, TimeUnit.Milliseconds) },
        ["a jitter of 0"] = Profile() with { Jitter = Lasts(0, TimeUnit.Milliseconds) },
        ["priority 0"] = Profile() with { Priority = 0 },
        ["priority 101"] = Profile() with { Priority = 101 },
        ["a loss rate of 10^0"] = Profile() with { PacketErrorLossRate = 0 },
        ["a loss rate of 10^-11"] = Profile() with { PacketErrorLossRate = 11 },
        ["a shortest duration above the longest"] = Profile() with { MinDuration = Lasts(2, TimeUnit.Hours), MaxDuration = Lasts(119, TimeUnit.Minutes) },
        ["a longest duration below the default shortest"] = Profile() with { MaxDuration = Lasts(999, TimeUnit.Milliseconds) },
        ["a shortest duration above the default longest"] = Profile() with { MinDuration = Lasts(25, TimeUnit.Hours) },
        ["a country in small letters"] = Profile() with { CountryAvailability = [new CountryAvailability("es")] },
        ["a country of three letters"] = Profile() with { CountryAvailability = [new CountryAvailability("ESP")] },
        ["a network of four digits"] = Profile() with { CountryAvailability = [new CountryAvailability("ES", ["2140"])] },
        ["a network with letters"] = Profile() with { CountryAvailability = [new CountryAvailability("ES", ["21407", "2140a"])] },
        ["a duration that no clock can hold"] = Profile() with { MaxDuration = Lasts(int.MaxValue, TimeUnit.Days) },
    };

    public static TheoryData<string> BrokenNames => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(BrokenNames))]
    public void A_profile_outside_camaras_limits_is_refused_at_the_start(string what) =>
        Assert.ThrowsAny<ArgumentException>(() => new QosProfileCatalog([Broken[what]]));

    [Fact]
    public void Two_profiles_with_one_name_are_refused() => Assert.Throws<ArgumentException>(() => new QosProfileCatalog([Profile(), Profile()]));

    [Fact]
    public void A_profile_at_every_limit_is_accepted() => Assert.NotNull(new QosProfileCatalog(
    [
        Profile("a.B") with
        {
            MaxDownstreamRate = new Rate(1024, RateUnit.Gbps), TargetMinUpstreamRate = new Rate(0, RateUnit.bps), Priority = 1, PacketErrorLossRate = 1,
            MinDuration = Lasts(1, TimeUnit.Nanoseconds), PacketDelayBudget = Lasts(1, TimeUnit.Milliseconds), Jitter = Lasts(1, TimeUnit.Microseconds),
            CountryAvailability = [new CountryAvailability("ES", ["21407", "724110"]), new CountryAvailability("DE")],
        },
        Profile(new string('-', 256)) with { Priority = 100, PacketErrorLossRate = 10, MinDuration = Lasts(1, TimeUnit.Days), MaxDuration = Lasts(24, TimeUnit.Hours) },
    ]).Find("a.B"));

    [Theory]
    [InlineData(2, TimeUnit.Days, 172_800_000.0)]
    [InlineData(3, TimeUnit.Hours, 10_800_000.0)]
    [InlineData(4, TimeUnit.Minutes, 240_000.0)]
    [InlineData(5, TimeUnit.Seconds, 5_000.0)]
    [InlineData(6, TimeUnit.Milliseconds, 6.0)]
    [InlineData(7, TimeUnit.Microseconds, 0.007)]
    [InlineData(800, TimeUnit.Nanoseconds, 0.0008)]
    public void A_duration_is_its_value_in_its_unit(int value, TimeUnit unit, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Lasts(value, unit).AsTimeSpan());
}
