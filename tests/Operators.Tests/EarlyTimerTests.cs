using Microsoft.Extensions.Logging.Abstractions;
using QodOrleans.Contracts;
using QodOrleans.Core.Operators;
using QodOrleans.Operators.Simulated;
using QodOrleans.TestSupport;

namespace QodOrleans.Operators.Tests;

/// <summary>Timers count ticks of their own, and may strike before the wall clock gets there: what they were set for must happen all the same.</summary>
public sealed class EarlyTimerTests
{
    private readonly ManualTimeProvider clock = new();
    private readonly RecordedReports reports;
    private readonly SimulatedOperator simulated;

    public EarlyTimerTests()
    {
        reports = new RecordedReports(clock);
        simulated = new SimulatedOperator(
            new OperatorId("early"), new SimulatedOptions(), reports, new EarlyTimers(clock), NullLogger<SimulatedOperator>.Instance);
    }

    [Theory]
    [InlineData("9001", 2, OperatorOutcomeKind.Accepted)]
    [InlineData("9002", 2, OperatorOutcomeKind.Refused)]
    [InlineData("9003", 3, OperatorOutcomeKind.Terminated)]
    public async Task A_report_says_what_it_is_for_even_when_its_timer_is_early(string digits, int seconds, OperatorOutcomeKind report)
    {
        await simulated.CreateAsync(OperatorSessions.For("tel:+3460000" + digits), default);

        clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(report, Assert.Single(reports.Taken).Kind);
    }

    [Fact]
    public async Task A_late_answer_is_the_answer_even_when_its_timer_is_early()
    {
        var answer = simulated.CreateAsync(OperatorSessions.For("tel:+34600009007"), default).AsTask();

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(OperatorOutcomeKind.Accepted, (await answer.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Kind);
    }

    /// <summary>Every timer strikes a millisecond early.</summary>
    private sealed class EarlyTimers(ManualTimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime - TimeSpan.FromMilliseconds(1), period);
    }
}
