using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Contracts;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;
using static QodOrleans.Core.Operators.OperatorOutcomeKind;

namespace QodOrleans.Operators.Tests;

public sealed class SimulatedOperatorTests
{
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider time = new();
    private readonly RecordedReports reports;
    private readonly SimulatedOperator simulated;

    public SimulatedOperatorTests()
    {
        reports = new RecordedReports(time);
        simulated = Operator(new SimulatedOptions());
    }

    /// <summary>Null: no answer within a minute.</summary>
    [Theory]
    //          digits  create             after  look-up meanwhile  at the end  held   report       after  extension
    [InlineData("0000", Accepted, /**/          0, Accepted, /*      */ Accepted, true, null, /*  */     0, Accepted)]
    [InlineData("9001", Pending, /* */          0, Pending, /*       */ Accepted, true, Accepted, /*  */ 2, Accepted)]
    [InlineData("9002", Pending, /* */          0, Pending, /*       */ Absent, false, Refused, /*   */  2, Accepted)]
    [InlineData("9003", Accepted, /**/          0, Accepted, /*      */ Absent, false, Terminated, /**/  3, Accepted)]
    [InlineData("9004", null, /*    */          0, Accepted, /*      */ Accepted, true, null, /*  */     0, Accepted)]
    [InlineData("9005", Unreachable, /**/       0, Absent, /*        */ Absent, false, null, /*   */     0, Accepted)]
    [InlineData("9006", UnknownSubscriber, /**/ 0, Absent, /*        */ Absent, false, null, /*   */     0, Accepted)]
    [InlineData("9007", Accepted, /**/          5, Pending, /*       */ Accepted, true, null, /*  */     0, Accepted)]
    [InlineData("9008", Accepted, /**/          0, Accepted, /*      */ Accepted, true, null, /*  */     0, Refused)]
    [InlineData("9009", Accepted, /**/          0, Accepted, /*      */ Accepted, true, null, /*  */     0, Accepted)]
    public async Task Each_number_behaves_as_the_contract_says(
        string digits, OperatorOutcomeKind? create, int answersAfter, OperatorOutcomeKind meanwhile, OperatorOutcomeKind atTheEnd, bool held,
        OperatorOutcomeKind? report, int reportsAfter, OperatorOutcomeKind extension)
    {
        var session = OperatorSessions.For("tel:+3460000" + digits);
        var start = time.GetUtcNow();

        var answer = simulated.CreateAsync(session, default).AsTask();
        Assert.Equal(create is not null && answersAfter == 0, answer.IsCompleted);
        Assert.Equal(meanwhile, (await simulated.LookUpAsync(session, default)).Kind);
        Assert.Equal(meanwhile != Absent, simulated.Holds(session.Id));
        Assert.Equal(extension, (await simulated.ExtendAsync(session, default)).Kind);

        if (answersAfter > 0)
        {
            time.Advance(TimeSpan.FromSeconds(answersAfter) - TimeSpan.FromMilliseconds(1));
            Assert.False(answer.IsCompleted);
            Assert.Equal(meanwhile, (await simulated.LookUpAsync(session, default)).Kind);
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
        if (create is not null) Assert.Equal(create, (await answer.WaitAsync(Promptly, TimeProvider.System)).Kind);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(create is null, !answer.IsCompleted);
        Assert.Equal(atTheEnd, (await simulated.LookUpAsync(session, default)).Kind);
        Assert.Equal(held, simulated.Holds(session.Id));
        Assert.Equal(held ? [session.Id] : [], simulated.Sessions.Select(s => s.Id));
        Assert.Equal(
            report is null ? [] : [(start + TimeSpan.FromSeconds(reportsAfter), session.Id, report.Value)], reports.Taken);
    }

    [Theory]
    // number, address | answer, number
    [InlineData("+34600000001", null, Accepted, "+34600000001")]
    [InlineData("+34600009006", null, UnknownSubscriber, null)]
    [InlineData("+34600009005", null, Accepted, "+34600009005")]
    [InlineData(null, "127.0.0.1", Accepted, "+34600000000")]
    [InlineData(null, "127.1.1.1", Accepted, "+34600001111")]
    [InlineData(null, "127.2.2.2", UnknownSubscriber, null)]
    [InlineData(null, "128.0.0.1", Accepted, null)]
    [InlineData(null, "::1", Accepted, "+34600000000")]
    [InlineData(null, "::ffff:127.0.0.1", Accepted, "+34600000000")]
    [InlineData(null, "::2", Accepted, null)]
    public async Task A_line_is_found_by_its_number_and_by_the_narrowest_network(string? number, string? address, OperatorOutcomeKind kind, string? told)
    {
        var withLines = Operator(new SimulatedOptions
        {
            Lines =
            [
                new() { Network = "127.0.0.0/8", PhoneNumber = "+34600000000" },
                new() { Network = "127.1.1.0/24", PhoneNumber = "+34600001111" },
                new() { Network = "127.2.2.2", PhoneNumber = "+34600009006" },
                new() { Network = "::1/128", PhoneNumber = "+34600000000" },
            ],
        });
        var isIpv6 = address?.Contains(':', StringComparison.Ordinal) == true;
        var device = new Device
        {
            PhoneNumber = number,
            Ipv4Address = address is null || isIpv6 ? null : new DeviceIpv4Address(address, null, 1),
            Ipv6Address = isIpv6 ? address : null,
        };

        Assert.Equal(new OperatorIdentity(kind, told), await withLines.IdentifyAsync(device, default));
    }

    [Theory]
    [InlineData("ipv4:203.0.113.7:9005")]
    [InlineData("ipv6:2001:db8:34::9006/64")]
    [InlineData("tel:+34600090050")]
    public async Task Only_the_last_four_digits_of_a_phone_number_count(string subscriber) =>
        Assert.Equal(Accepted, (await simulated.CreateAsync(OperatorSessions.For(subscriber), default)).Kind);

    [Fact]
    public async Task Deletes_of_9009_fail_three_times_and_the_session_is_held_until_then()
    {
        var session = OperatorSessions.For("tel:+34600009009");
        await simulated.CreateAsync(session, default);

        for (var failing = 0; failing < 3; failing++)
        {
            Assert.Equal(Unknown, (await simulated.DeleteAsync(session, default)).Kind);
            Assert.True(simulated.Holds(session.Id));
        }
        Assert.Equal(Accepted, (await simulated.DeleteAsync(session, default)).Kind);
        Assert.Equal(Absent, (await simulated.DeleteAsync(session, default)).Kind);
        Assert.Empty(simulated.Sessions);
    }

    [Theory]
    [InlineData("9001")]
    [InlineData("9002")]
    [InlineData("9003")]
    public async Task A_released_session_is_reported_no_more(string digits)
    {
        var session = OperatorSessions.For("tel:+3460000" + digits);
        await simulated.CreateAsync(session, default);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Accepted, (await simulated.DeleteAsync(session, default)).Kind);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(reports.Taken);
        Assert.Null(time.NextTimer);
    }

    [Fact]
    public async Task A_create_that_is_deleted_before_its_answer_is_never_accepted()
    {
        var session = OperatorSessions.For("tel:+34600009007");
        var create = simulated.CreateAsync(session, default);
        Assert.Equal(Accepted, (await simulated.DeleteAsync(session, default)).Kind);

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Refused, (await create).Kind);
        Assert.Empty(simulated.Sessions);
    }

    [Fact]
    public async Task A_repeated_create_starts_nothing_anew()
    {
        var slow = OperatorSessions.For("tel:+34600009007");
        var first = simulated.CreateAsync(slow, default).AsTask();
        time.Advance(TimeSpan.FromSeconds(4));
        var second = simulated.CreateAsync(slow, default).AsTask();
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(await Task.WhenAll(first, second).WaitAsync(Promptly, TimeProvider.System), answer => Assert.Equal(Accepted, answer.Kind));

        var later = OperatorSessions.For("tel:+34600009001");
        await simulated.CreateAsync(later, default);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Pending, (await simulated.CreateAsync(later, default)).Kind);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(reports.Taken);
        Assert.Equal(Accepted, (await simulated.CreateAsync(later, default)).Kind);
        Assert.Single(reports.Taken);
    }

    [Theory]
    [InlineData("9001", Accepted)]
    [InlineData("9002", Refused)]
    [InlineData("9003", Terminated)]
    public async Task A_report_that_nobody_could_take_is_repeated_and_the_truth_can_be_looked_up_meanwhile(string digits, OperatorOutcomeKind report)
    {
        reports.IsDown = true;
        var session = OperatorSessions.For("tel:+3460000" + digits);
        await simulated.CreateAsync(session, default);

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(reports.Taken);
        Assert.Equal(report, (await simulated.LookUpAsync(session, default)).Kind);
        Assert.Equal(report == Accepted, simulated.Holds(session.Id));

        reports.IsDown = false;
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(report, Assert.Single(reports.Taken).Kind);
        Assert.Null(time.NextTimer);
    }

    [Theory]
    [InlineData("0000", Accepted)]
    [InlineData("9008", Refused)]
    [InlineData("9009", Accepted)]
    public async Task After_a_restart_it_says_what_an_operator_says_of_an_unknown_id(string digits, OperatorOutcomeKind extension)
    {
        var session = OperatorSessions.For("tel:+3460000" + digits);
        await simulated.CreateAsync(session, default);
        using var restarted = Operator(new SimulatedOptions());

        Assert.Equal(extension, (await restarted.ExtendAsync(session, default)).Kind);
        Assert.Equal(Absent, (await restarted.LookUpAsync(session, default)).Kind);
        Assert.Equal(Absent, (await restarted.DeleteAsync(session, default)).Kind);
    }

    [Fact]
    public async Task A_network_that_is_gone_reports_nothing()
    {
        await simulated.CreateAsync(OperatorSessions.For("tel:+34600009003"), default);

        simulated.Dispose();
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(reports.Taken);
        Assert.Null(time.NextTimer);
    }

    [Fact]
    public async Task It_remembers_the_profile_it_was_given()
    {
        var session = OperatorSessions.For("tel:+34600000001", profile: "5QI_83");
        var pending = OperatorSessions.For("tel:+34600009001", profile: "5QI_3");
        await simulated.CreateAsync(session, default);
        await simulated.CreateAsync(pending, default);

        Assert.Equivalent(
            new[] { new SimulatedSession(session.Id, Accepted, "5QI_83"), new SimulatedSession(pending.Id, Pending, "5QI_3") }, simulated.Sessions, strict: true);
    }

    [Fact]
    public async Task With_a_latency_the_effect_is_at_once_and_the_answer_late()
    {
        using var distant = Operator(new SimulatedOptions { Latency = TimeSpan.FromMilliseconds(20) });
        var session = OperatorSessions.For("tel:+34600000001");

        var create = distant.CreateAsync(session, default).AsTask();
        Assert.True(distant.Holds(session.Id));
        Assert.False(create.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(Accepted, (await create).Kind);

        using var cancellation = new CancellationTokenSource();
        var delete = distant.DeleteAsync(session, cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Equal(Unknown, (await delete).Kind);
        Assert.False(distant.Holds(session.Id));
    }

    private SimulatedOperator Operator(SimulatedOptions options) =>
        new(new OperatorId("simulated"), options, reports, time, NullLogger<SimulatedOperator>.Instance);
}
