using QodOrleans.Core.Authorization;

namespace QodOrleans.Core.Tests.Authorization;

public sealed class GrantTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Grant Request = new()
    {
        Key = GrantKey.OfRequest("r"),
        ClientId = "app",
        State = GrantState.Pending,
        ExpiresAt = Noon.AddMinutes(5),
        Payload = [1],
        Interval = TimeSpan.FromSeconds(2),
    };

    [Theory]
    [InlineData(GrantState.Pending, RedeemResult.Pending)]
    [InlineData(GrantState.Approved, RedeemResult.Granted)]
    [InlineData(GrantState.Denied, RedeemResult.Denied)]
    [InlineData(GrantState.Redeemed, RedeemResult.Replayed)]
    public void Each_state_has_its_answer(GrantState state, RedeemResult answer) => Assert.Equal(answer, (Request with { State = state }).Redeem("app", Noon).Result);

    [Theory]
    [InlineData(GrantState.Pending, RedeemResult.Expired)]
    [InlineData(GrantState.Approved, RedeemResult.Expired)]
    [InlineData(GrantState.Denied, RedeemResult.Expired)]
    [InlineData(GrantState.Redeemed, RedeemResult.Replayed)]
    public void At_its_end_a_grant_is_expired_and_a_copy_of_it_still_a_copy(GrantState state, RedeemResult answer)
    {
        var (said, next) = (Request with { State = state }).Redeem("app", Request.ExpiresAt);
        Assert.Equal(answer, said);
        Assert.Null(next);
        Assert.NotEqual(RedeemResult.Expired, (Request with { State = state }).Redeem("app", Request.ExpiresAt.AddTicks(-1)).Result);
    }

    [Fact]
    public void Another_client_learns_nothing_and_changes_nothing()
    {
        foreach (var state in Enum.GetValues<GrantState>())
            Assert.Equal((RedeemResult.Unknown, null), (Request with { State = state }).Redeem("other", Noon));
    }

    [Fact]
    public void Redeeming_empties_the_grant_and_is_the_next_version()
    {
        var redeemed = (Request with { State = GrantState.Approved }).Redeem("app", Noon).Next!;
        Assert.Equal((GrantState.Redeemed, 2, 0), (redeemed.State, redeemed.Version, redeemed.Payload.Length));
    }

    [Fact]
    public void The_first_poll_is_never_too_fast_and_each_that_is_slows_the_client_down_by_five_seconds()
    {
        var (first, afterFirst) = Request.Redeem("app", Noon);
        Assert.Equal((RedeemResult.Pending, 2d), (first, afterFirst!.Interval.TotalSeconds));

        var (onTime, _) = afterFirst.Redeem("app", Noon.AddSeconds(2));
        Assert.Equal(RedeemResult.Pending, onTime);

        var (early, afterEarly) = afterFirst.Redeem("app", Noon.AddSeconds(2).AddTicks(-1));
        Assert.Equal((RedeemResult.TooFast, 7d), (early, afterEarly!.Interval.TotalSeconds));

        Assert.Equal(RedeemResult.TooFast, afterEarly.Redeem("app", Noon.AddSeconds(8.9)).Result);
        Assert.Equal(RedeemResult.Pending, afterEarly.Redeem("app", Noon.AddSeconds(9)).Result);
    }

    [Fact]
    public void A_decision_is_told_at_once_however_fast_it_is_asked_for()
    {
        var polled = Request.Redeem("app", Noon).Next!;
        Assert.Equal(RedeemResult.Granted, polled.Decide(approve: true, Noon)!.Redeem("app", Noon).Result);
        Assert.Equal(RedeemResult.Denied, polled.Decide(approve: false, Noon)!.Redeem("app", Noon).Result);
    }

    [Fact]
    public void Only_what_is_pending_and_in_time_can_be_decided_and_once()
    {
        foreach (var state in Enum.GetValues<GrantState>().Where(state => state != GrantState.Pending))
            Assert.Null((Request with { State = state }).Decide(approve: true, Noon));
        Assert.Null(Request.Decide(approve: true, Request.ExpiresAt));
        Assert.Equal(2, Request.Decide(approve: true, Noon)!.Version);
    }

    [Fact]
    public void One_secret_has_another_key_as_code_as_request_and_as_ticket() =>
        Assert.Equal(3, new[] { GrantKey.OfCode("s"), GrantKey.OfRequest("s"), GrantKey.OfTicket("s") }.Distinct().Count());
}
