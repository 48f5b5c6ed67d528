using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QodOrleans.Contracts;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;

namespace QodOrleans.Operators.Tests;

public sealed class OperatorsConfigurationTests
{
    private const string OneLine = """
        { "Qod": { "Operators": [ { "Id": "movistar-es", "Networks": ["203.0.113.0/24"],
            "Simulated": { "Lines": [ { "Network": "203.0.113.25", "PhoneNumber": "+34600000025" } ] } } ] } }
        """;

    private static readonly OperatorId Movistar = new("movistar-es");

    [Theory]
    [InlineData("+34600000001", null, null, "movistar-es", "tel:+34600000001")]
    [InlineData("49170000001", null, null, "o2-de", "tel:+49170000001")]
    [InlineData("+5511900000001", null, null, "vivo-br", "tel:+5511900000001")]
    [InlineData(null, "203.0.113.255", null, "movistar-es", "ipv4:203.0.113.255")]
    [InlineData(null, "198.51.100.127", null, "o2-de", "ipv4:198.51.100.127")]
    [InlineData(null, "192.0.2.1", null, "vivo-br", "ipv4:192.0.2.1")]
    [InlineData(null, null, "2001:db8:34::1", "movistar-es", "ipv6:2001:db8:34::/64")]
    [InlineData(null, null, "2001:db8:49::1", "o2-de", "ipv6:2001:db8:49::/64")]
    [InlineData(null, null, "2001:db8:55::1", "vivo-br", "ipv6:2001:db8:55::/64")]
    [InlineData("+1600000001", null, null, null, null)]
    [InlineData(null, "198.51.100.128", null, null, null)]
    [InlineData(null, "192.0.2.128", null, null, null)]
    public void Without_configuration_there_are_the_three_of_the_sandbox(string? phone, string? ipv4, string? ipv6, string? @operator, string? subscriber)
    {
        using var services = Services("{}");

        var found = services.GetRequiredService<OperatorDirectory>().Resolve(
            new Device { PhoneNumber = phone, Ipv4Address = ipv4 is null ? null : new DeviceIpv4Address(ipv4, null, null), Ipv6Address = ipv6 }, out _);

        Assert.Equal(@operator, found?.Route.Id.Value);
        Assert.Equal(subscriber, found?.Subscriber);
    }

    [Fact]
    public void The_sandbox_operators_have_names_for_people() => Assert.Equal(
        ["Movistar Spain", "O2 Germany", "Vivo Brazil"], Services("{}").GetRequiredService<OperatorDirectory>().Routes.Select(route => route.DisplayName));

    [Fact]
    public void Configured_operators_replace_the_sandbox_and_bring_their_own_names_for_profiles()
    {
        using var services = Services("""
            { "Qod": { "Operators": [
                { "Id": "acme-pt", "NumberPrefixes": ["+351", "+35191"], "Networks": ["100.64.0.0/10"], "OffersQod": false,
                  "Profiles": { "QOS_E": "5QI_83" }, "ClientProfiles": { "racing-app": { "QOS_E": "5QI_85" } } },
                { "Id": "plain-fr", "DisplayName": "Plain", "NumberPrefixes": ["+33"] } ] } }
            """);
        var directory = services.GetRequiredService<OperatorDirectory>();

        Assert.Equal(["acme-pt", "plain-fr"], directory.Routes.Select(route => route.Id.Value));
        Assert.True(directory.TryGet(new OperatorId("acme-pt"), out var route, out _));
        Assert.Equal(("acme-pt", false), (route.DisplayName, route.OffersQod));
        Assert.Equal(["+351", "+35191"], route.NumberPrefixes);
        Assert.Equal("100.64.0.0/10", Assert.Single(route.Networks).ToString());
        Assert.Equal("5QI_83", route.ProfileFor("any-app", "QOS_E"));
        Assert.Equal("5QI_85", route.ProfileFor("racing-app", "QOS_E"));
        Assert.Equal("QOS_L", route.ProfileFor("racing-app", "QOS_L"));
    }

    [Theory]
    [InlineData("""{ "NumberPrefixes": ["+34"] }""", "Qod:Operators:0: Id is ''")]
    [InlineData("""{ "Id": "Movistar ES", "NumberPrefixes": ["+34"] }""", "Qod:Operators:0: Id is 'Movistar ES'")]
    [InlineData("""{ "Id": "a" }""", "neither NumberPrefixes nor Networks")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["34"] }""", "number prefix '34' must be + and 1 to 15 digits")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+"] }""", "number prefix '+' must be")]
    [InlineData("""{ "Id": "a", "Networks": ["203.0.113.0/33"] }""", "network '203.0.113.0/33' must be")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"], "Adapter": "acme" }""", "Adapter is 'acme'; known here are: simulated")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"], "Profiles": { "QOS_E": " " } }""", "profile 'QOS_E' is mapped to nothing")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"], "ClientProfiles": { "app": { "QOS_S": "" } } }""", "profile 'QOS_S' is mapped to nothing")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"], "Resilience": { "CreateDeadline": "00:00:30" } }""", "Resilience: The field CreateDeadline must be between")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"], "Resilience": { "BreakerFailureRatio": 0 } }""", "Resilience: The field BreakerFailureRatio must be between")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"] }, { "Id": "a", "NumberPrefixes": ["+35"] }""", "the id 'a' is there 2 times")]
    [InlineData("""{ "Id": "a", "NumberPrefixes": ["+34"] }, { "Id": "b", "NumberPrefixes": ["+34"] }""", "Qod:Operators:0 and Qod:Operators:1: the number prefix '+34'")]
    [InlineData("""{ "Id": "a", "Networks": ["10.0.0.0/8"] }, { "Id": "b", "Networks": ["10.1.2.3/8"] }""", "the network '10.0.0.0/8' is there 2 times")]
    public void What_is_wrong_is_said_with_its_place_its_value_and_what_it_should_be(string operators, string message)
    {
        using var services = Services($$"""{ "Qod": { "Operators": [ {{operators}} ] } }""");

        var error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<OperatorDirectory>);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_refuses_to_start_on_a_wrong_operator()
    {
        using var services = Services("""{ "Qod": { "Operators": [ { "Id": "?" } ] } }""");
        Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);
    }

    [Theory]
    [InlineData("movistar-es", null)]
    [InlineData("movistar-se", "Qod:Profiles: 'QOS_E' is for the operator 'movistar-se', which is none; known are: movistar-es, o2-de, vivo-br.")]
    [InlineData("Movistar-ES", "Qod:Profiles: 'QOS_E' is for the operator 'Movistar-ES', which is none; known are: movistar-es, o2-de, vivo-br.")]
    public void The_host_refuses_to_start_on_a_profile_for_an_operator_that_does_not_exist(string @operator, string? complaint)
    {
        var profiles = new QosProfileCatalog([new QosProfile { Name = "QOS_E", Operators = ["o2-de", @operator] }, new QosProfile { Name = "QOS_L" }]);
        using var services = Services("{}", configure: services => services.AddSingleton(profiles));

        var refused = (OptionsValidationException?)Record.Exception(services.GetRequiredService<IStartupValidator>().Validate);
        Assert.Equal(complaint is null ? [] : [complaint], refused?.Failures ?? []);
    }

    [Theory]
    [InlineData("00:00:10", true)]
    [InlineData("00:00:15.001", false)]
    public void A_create_must_be_over_before_its_session_is_given_up(string deadline, bool isFit)
    {
        using var services = Services(
            $$"""{ "Qod": { "Operators": [ { "Id": "a", "NumberPrefixes": ["+34"], "Resilience": { "CreateDeadline": "{{deadline}}" } } ] } }""",
            configure: services => services.AddSingleton(new SessionPolicy { CreateSettlesWithin = TimeSpan.FromSeconds(30), ReleaseAnswersWithin = TimeSpan.FromSeconds(15) }));

        var refused = Record.Exception(services.GetRequiredService<IStartupValidator>().Validate);
        Assert.Equal(isFit, refused is null);
        if (!isFit) Assert.Contains($"CreateDeadline is {TimeSpan.Parse(deadline)}", refused!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_latency_out_of_range_is_refused()
    {
        using var services = Services("""{ "Qod": { "Operators": [ { "Id": "a", "NumberPrefixes": ["+34"], "Simulated": { "Latency": "00:02:00" } } ] } }""");
        Assert.Contains("Simulated:Latency is 00:02:00", Assert.Throws<InvalidOperationException>(services.GetRequiredService<OperatorDirectory>).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/33", "+34600000001", "network '127.0.0.0/33'")]
    [InlineData("127.0.0.1", "34600000001", "network '127.0.0.1'")]
    [InlineData("127.0.0.1", "+346000x0001", "network '127.0.0.1'")]
    [InlineData("127.0.0.1", "+3460", "network '127.0.0.1'")]
    public void A_line_that_is_none_is_refused_and_its_number_not_repeated(string network, string number, string message)
    {
        using var services = Services(
            $$"""
            { "Qod": { "Operators": [ { "Id": "a", "NumberPrefixes": ["+34"],
                "Simulated": { "Lines": [ { "Network": "{{network}}", "PhoneNumber": "{{number}}" } ] } } ] } }
            """);

        var error = Assert.Throws<InvalidOperationException>(services.GetRequiredService<OperatorDirectory>).Message;
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain(number, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "127.0.0.1", "+34600000000")]
    [InlineData("{}", "203.0.113.25", null)]
    [InlineData(OneLine, "203.0.113.25", "+34600000025")]
    [InlineData(OneLine, "127.0.0.1", null)]
    public async Task Lines_come_from_the_operators_own_section_or_the_sandbox(string json, string address, string? number)
    {
        using var services = Services(json);
        Assert.True(services.GetRequiredService<OperatorDirectory>().TryGet(Movistar, out _, out var adapter));

        var identity = await adapter.IdentifyAsync(new Device { Ipv4Address = new DeviceIpv4Address(address, null, 1) }, default);

        Assert.Equal(new OperatorIdentity(OperatorOutcomeKind.Accepted, number), identity);
    }

    [Fact]
    public async Task What_a_simulated_operator_holds_can_be_seen_through_the_directory()
    {
        using var services = Services("{}");
        var directory = services.GetRequiredService<OperatorDirectory>();
        Assert.True(directory.TryGet(Movistar, out _, out var adapter));
        Assert.True(directory.TryGetSimulated(Movistar, out var simulated));
        Assert.False(directory.TryGetSimulated(new OperatorId("nobody"), out _));

        var session = OperatorSessions.For("tel:+34600000001");
        await adapter.CreateAsync(session, default);

        Assert.Equal(session.Id, Assert.Single(simulated.Sessions).Id);
    }

    [Fact]
    public async Task Reports_reach_the_engine_that_attached_itself()
    {
        var time = new ManualTimeProvider();
        using var services = Services("{}", time);
        var engine = new RecordedReports(time);
        services.GetRequiredService<OperatorReportRelay>().Attach(engine);
        Assert.True(services.GetRequiredService<OperatorDirectory>().TryGet(Movistar, out _, out var adapter));
        var session = OperatorSessions.For("tel:+34600009001");

        await adapter.CreateAsync(session, default);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((session.Id, OperatorOutcomeKind.Accepted), (Assert.Single(engine.Taken).Id, engine.Taken[0].Kind));
    }

    [Fact]
    public async Task Another_kind_of_operator_is_one_registration_and_reads_its_own_section()
    {
        const string Json = """{ "Qod": { "Operators": [ { "Id": "acme-it", "NumberPrefixes": ["+39"], "Adapter": "acme", "Acme": { "Says": "Pending" } } ] } }""";
        using var services = Services(Json, configure: services => services.AddSingleton(new OperatorAdapterKind("acme", context =>
        {
            var says = context.Settings.GetSection("Acme").GetValue<OperatorOutcomeKind>("Says");
            return new ScriptedOperator(context.Id.Value, _ => new OperatorOutcome(says));
        })));
        var directory = services.GetRequiredService<OperatorDirectory>();

        Assert.True(directory.TryGet(new OperatorId("acme-it"), out _, out var adapter));
        Assert.Equal(OperatorOutcomeKind.Pending, (await adapter.CreateAsync(OperatorSessions.For("tel:+39600000001"), default)).Kind);
        Assert.False(directory.TryGetSimulated(new OperatorId("acme-it"), out _));
    }

    private static ServiceProvider Services(string json, TimeProvider? time = null, Action<IServiceCollection>? configure = null)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var services = new ServiceCollection().AddLogging();
        if (time is not null) services.AddSingleton(time);
        services.AddSimulatedOperators(configuration);
        configure?.Invoke(services);
        return services.BuildServiceProvider(validateScopes: true);
    }
}
