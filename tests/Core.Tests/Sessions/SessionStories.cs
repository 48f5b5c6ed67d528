using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests.Sessions;

/// <summary>A session's rules (docs/conformance.md, Q01 to Q06), told as stories. The language is described in <see cref="Story"/>.</summary>
public sealed class SessionStories
{
    // ---- a whole life -------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 60s | operator accepts | tick 60s | UNAVAILABLE DURATION_EXPIRED")]
    [InlineData("create 60s | REQUESTED | told nothing | asked create | operator accepts | AVAILABLE | told AVAILABLE | tick 60s | told UNAVAILABLE DURATION_EXPIRED | asked release")]
    [InlineData("create 60s | operator takes it in | REQUESTED | told nothing | tick 2s | operator accepts | AVAILABLE | told AVAILABLE | ends in 60s")]
    public void A_session_is_requested_then_available_then_expired(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s without a sink | operator accepts | tick 60s | UNAVAILABLE DURATION_EXPIRED | told nothing")]
    [InlineData("create 60s without a sink | operator accepts | delete | told nothing")]
    public void Without_a_sink_nobody_is_told(string story) => Story.Play(story);

    // r3.2, accessTokenExpiresUtc; Q06.
    [Theory]
    [InlineData("create 60s with a token for 60.001s | operator accepts | told AVAILABLE | tick 60s | told UNAVAILABLE DURATION_EXPIRED")]
    [InlineData("create 60s with a token for 60s | operator accepts | told AVAILABLE | tick 60s | UNAVAILABLE DURATION_EXPIRED | told nothing")]
    [InlineData("create 60s with a token for 10s | operator accepts | told AVAILABLE | tick 10s | operator terminates | UNAVAILABLE NETWORK_TERMINATED | told nothing")]
    [InlineData("create 60s with a token for 1s | operator takes it in | tick 1s | operator accepts | AVAILABLE | told nothing | delete | told nothing")]
    public void Nobody_is_told_anything_once_the_token_for_the_sink_has_expired(string story) => Story.Play(story);

    // The release's own example of a date is of 2023.
    [Theory]
    [InlineData("create 60s with a token for 0s | operator accepts | told AVAILABLE | delete | told UNAVAILABLE DELETE_REQUESTED")]
    [InlineData("create 60s with a token that ended long ago | operator accepts | told AVAILABLE | delete | told UNAVAILABLE DELETE_REQUESTED")]
    public void A_token_that_was_over_before_the_session_was_made_stops_nothing(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | wait 5s | ends in 55s | operator accepts | ends in 60s | due in 60s")]
    [InlineData("create 60s | operator takes it in | wait 59s | operator accepts | ends in 60s | tick 59.999s | AVAILABLE | tick 0.001s | UNAVAILABLE DURATION_EXPIRED")]
    public void The_duration_counts_from_the_moment_the_session_is_available(string story) => Story.Play(story);

    // ---- expiry -------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 1s | operator accepts | tick 0.999s | AVAILABLE | told AVAILABLE | tick 0.001s | UNAVAILABLE DURATION_EXPIRED")]
    [InlineData("create 86400s | operator accepts | tick 86399.999s | AVAILABLE | told AVAILABLE | tick 0.001s | UNAVAILABLE DURATION_EXPIRED")]
    [InlineData("create 60s | operator accepts | extend 60s to at most 3600s | operator extends | tick 119.999s | AVAILABLE | tick 0.001s | UNAVAILABLE DURATION_EXPIRED")]
    public void No_session_expires_before_its_expiresAt(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator accepts | told AVAILABLE | tick 60s | told UNAVAILABLE DURATION_EXPIRED | tick 3600s | told nothing")]
    [InlineData("create 60s | operator accepts | told AVAILABLE | tick 10s | operator terminates | told UNAVAILABLE NETWORK_TERMINATED | tick 3600s | told nothing")]
    [InlineData("create 60s | operator refuses | told UNAVAILABLE NETWORK_TERMINATED | tick 3600s | told nothing")]
    public void The_end_is_told_when_it_happens_and_not_360_seconds_later(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator accepts | tick 60s | UNAVAILABLE DURATION_EXPIRED | leaves its flow free | operator releases | leaves its flow free | tick 359.999s | UNAVAILABLE DURATION_EXPIRED | tick 0.001s | 404")]
    [InlineData("create 60s | operator accepts | tick 60s | operator releases | delete | 404")]
    public void An_expired_session_stays_readable_for_360_seconds_and_blocks_nothing(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator accepts | told AVAILABLE | wait 60s | operator terminates | UNAVAILABLE DURATION_EXPIRED | told UNAVAILABLE DURATION_EXPIRED | leaves its flow free")]
    [InlineData("create 60s | operator accepts | wait 60.2s | operator terminates | UNAVAILABLE DURATION_EXPIRED | asked create | leaves its flow free")]
    [InlineData("create 60s | operator accepts | wait 59.999s | operator terminates | UNAVAILABLE NETWORK_TERMINATED | blocks its flow")]
    public void An_operator_whose_own_clock_ends_the_session_on_time_has_not_terminated_it(string story) => Story.Play(story);

    // ---- the network refuses or ends it -------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 60s | operator accepts | tick 10s | operator terminates | UNAVAILABLE NETWORK_TERMINATED | blocks its flow | tick 359.999s | UNAVAILABLE NETWORK_TERMINATED | blocks its flow | tick 0.001s | 404 | leaves its flow free")]
    [InlineData("create 60s | operator takes it in | operator refuses | UNAVAILABLE NETWORK_TERMINATED | blocks its flow | tick 359.999s | blocks its flow | tick 0.001s | 404 | leaves its flow free")]
    [InlineData("create 60s | operator refuses while the caller waits | UNAVAILABLE NETWORK_TERMINATED | told UNAVAILABLE NETWORK_TERMINATED | blocks its flow | tick 360s | 404")]
    [InlineData("create 60s | operator terminates | UNAVAILABLE NETWORK_TERMINATED | told UNAVAILABLE NETWORK_TERMINATED | blocks its flow | tick 360s | 404")]
    public void A_terminated_session_stays_readable_and_blocks_its_flow_for_360_seconds(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator accepts | operator terminates | told AVAILABLE, UNAVAILABLE NETWORK_TERMINATED | delete | 404 | leaves its flow free | told nothing")]
    [InlineData("create 60s | operator refuses | told UNAVAILABLE NETWORK_TERMINATED | delete | 404 | leaves its flow free | told nothing")]
    public void Delete_frees_the_flow_of_a_terminated_session_at_once(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator knows no such subscriber while the caller waits | refused DeviceNotIdentified | 404 | told nothing | leaves its flow free | phase Retained | tick 60s | phase Gone")]
    [InlineData("create 60s | operator is unreachable while the caller waits | refused OperatorUnavailable | 404 | told nothing | leaves its flow free | phase Retained | tick 60s | phase Gone")]
    public void A_create_that_fails_before_it_was_answered_leaves_no_session(string story) => Story.Play(story);

    // ---- delete -------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 60s | operator accepts | told AVAILABLE | asked create | delete | 404 | told UNAVAILABLE DELETE_REQUESTED | asked release | leaves its flow free")]
    [InlineData("create 60s | operator accepts | told AVAILABLE | tick 60s | told UNAVAILABLE DURATION_EXPIRED | delete | told nothing | 404")]
    [InlineData("create 60s | operator accepts | operator terminates | told AVAILABLE, UNAVAILABLE NETWORK_TERMINATED | delete | told nothing | 404")]
    [InlineData("create 60s | asked create | delete | told nothing | 404 | asked release | leaves its flow free")]
    [InlineData("create 60s | operator takes it in | asked create | delete | told nothing | 404 | asked release")]
    public void Delete_is_told_only_where_the_session_was_available(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator accepts | delete | delete | refused NotFound")]
    [InlineData("create 60s | operator accepts | delete | operator releases | phase Gone | delete | refused NotFound | extend 60s to at most 3600s | refused NotFound")]
    [InlineData("create 60s | delete | extend 60s to at most 3600s | refused NotFound")]
    public void A_deleted_session_is_not_found(string story) => Story.Play(story);

    [Fact]
    public void Deleting_an_expired_session_keeps_the_pace_of_its_release() => Story.Play(
        "create 60s | operator accepts | tick 60s | operator fails to release | due in 2s | operator fails to release | due in 4s | delete | due in 4s | operator fails to release | due in 8s");

    // ---- latecomers ---------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 60s | delete | asked create, release | operator accepts | 404 | told nothing | asked release")]
    [InlineData("create 60s | delete | asked create, release | operator takes it in | 404 | told nothing | asked release")]
    [InlineData("create 60s | operator takes it in | operator refuses | asked create | operator accepts | UNAVAILABLE NETWORK_TERMINATED | told UNAVAILABLE NETWORK_TERMINATED | asked release | blocks its flow | operator releases | phase Retained | blocks its flow | tick 360s | 404")]
    [InlineData("create 60s | operator is unreachable while the caller waits | phase Retained | asked create | operator accepts | asked release | 404")]
    public void A_late_success_is_released_and_never_resurrected(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | operator accepts as op-1 | reference op-1")]
    [InlineData("create 60s | operator takes it in as op-1 | operator accepts | reference op-1")]
    [InlineData("create 60s | operator takes it in | operator takes it in as op-1 | reference op-1")]
    [InlineData("create 60s | operator accepts | operator accepts as op-1 | reference op-1 | AVAILABLE | told AVAILABLE")]
    [InlineData("create 60s | operator accepts | operator takes it in as op-1 | reference op-1 | AVAILABLE | told AVAILABLE")]
    [InlineData("create 60s | delete | operator accepts as op-1 | reference op-1")]
    [InlineData("create 60s | operator takes it in as op-1 | delete | operator accepts | reference op-1")]
    public void The_operators_reference_is_kept_whichever_answer_brings_it(string story) => Story.Play(story);

    // ---- an operator that does not answer -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 60s | asked create | operator does not answer | REQUESTED | told nothing | asked look up | operator accepts | AVAILABLE | told AVAILABLE")]
    [InlineData("create 60s | asked create | operator does not answer | asked look up | operator has no such session | asked create | operator accepts | AVAILABLE")]
    [InlineData("create 60s | asked create | tick 3s | asked look up | tick 3s | asked look up | tick 6s | asked look up | tick 12s | asked look up | due in 24s")]
    public void Silence_is_reconciled_and_never_read_as_failure(string story) => Story.Play(story);

    [Fact]
    public void An_operator_that_keeps_failing_is_asked_again_after_pauses_not_in_a_tight_loop() => Story.Play(
        "create 600s | operator does not answer | operator has no such session | asked create, look up, create | operator does not answer | asked nothing | due in 12s | tick 12s | asked look up");

    [Theory]
    [InlineData("create 600s | tick 59.999s | REQUESTED | told nothing | tick 0.001s | UNAVAILABLE NETWORK_TERMINATED | told UNAVAILABLE NETWORK_TERMINATED | blocks its flow")]
    [InlineData("create 600s | tick 59s | asked create, look up, look up, look up, look up, look up | tick 1s | asked release | operator releases | phase Retained | tick 360s | 404")]
    [InlineData("create 600s | operator takes it in | tick 60s | UNAVAILABLE NETWORK_TERMINATED | asked create, look up, look up, look up, look up, look up, release")]
    [InlineData("create 600s | wait 59.5s | operator does not answer | due in 0.5s | tick 0.5s | UNAVAILABLE NETWORK_TERMINATED")]
    public void What_is_not_confirmed_by_the_provisioning_deadline_ends_there_and_is_released(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 60s | delete | asked create, release | operator releases | phase Releasing | due in 60s | tick 60s | asked release | operator releases | phase Gone")]
    [InlineData("create 60s | operator does not answer | delete | operator releases | phase Releasing | tick 60s | operator releases | phase Gone")]
    [InlineData("create 60s | operator takes it in | delete | operator releases | phase Gone")]
    [InlineData("create 60s | operator accepts | delete | operator releases | phase Gone")]
    public void A_create_that_may_still_take_effect_is_released_once_more_when_it_cannot(string story) => Story.Play(story);

    [Fact]
    public void An_operator_that_has_not_seen_the_create_yet_does_not_settle_it() => Story.Play(
        "create 60s | tick 3s | delete | asked create, look up, release | operator has no such session | phase Releasing | tick 57s | asked release | operator has no such session | phase Gone");

    [Fact]
    public void A_create_sent_again_is_unsettled_again() => Story.Play(
        "create 60s | operator takes it in | tick 3s | operator has no such session | asked create, look up, create | delete | operator releases | phase Releasing | tick 57s | operator releases | phase Gone");

    [Fact]
    public void No_create_is_sent_that_could_outlive_the_provisioning_deadline() => Story.Play(
        "create 600s | operator does not answer | wait 30s | operator has no such session | asked create, look up, create | wait 0.001s | operator has no such session | asked nothing | REQUESTED | due in 12s");

    [Theory]
    [InlineData("create 60s | operator does not answer | operator has no such session | asked create, look up, create | operator is unreachable | UNAVAILABLE NETWORK_TERMINATED | told UNAVAILABLE NETWORK_TERMINATED | asked release | phase Releasing")]
    [InlineData("create 60s | operator does not answer | operator has no such session | asked create, look up, create | operator refuses | UNAVAILABLE NETWORK_TERMINATED | asked release | operator releases | phase Releasing | tick 60s | asked release | operator releases | phase Retained | blocks its flow")]
    [InlineData("create 60s | operator does not answer | asked create, look up | operator terminates | UNAVAILABLE NETWORK_TERMINATED | asked release")]
    public void A_refusal_does_not_answer_for_an_earlier_create_that_was_never_answered(string story) => Story.Play(story);

    [Fact]
    public void An_acceptance_does_not_answer_for_an_earlier_create_either() => Story.Play(
        "create 5s | operator does not answer | operator has no such session | operator accepts | AVAILABLE | tick 5s | UNAVAILABLE DURATION_EXPIRED | asked create, look up, create, release | operator releases | phase Releasing | tick 55s | asked release | operator releases | phase Retained");

    [Theory]
    [InlineData("create 600s | operator does not answer | operator accepts | asked create, look up | wait 59.999s | operator terminates | asked release | phase Releasing")]
    [InlineData("create 600s | operator does not answer | operator accepts | asked create, look up | wait 60s | operator terminates | asked nothing | phase Retained")]
    public void From_the_provisioning_deadline_on_no_older_create_is_feared(string story) => Story.Play(story);

    [Fact]
    public void A_release_that_overtakes_the_create_does_not_end_the_session() => Story.Play(
        "create 60s | delete | asked create, release | operator accepts | asked release | operator releases | phase Releasing | operator fails to release | due in 2s | tick 2s | asked release");

    [Theory]
    [InlineData("create 60s | operator accepts | delete | operator is unreachable | phase Releasing")]
    [InlineData("create 60s | operator takes it in | delete | operator refuses | phase Releasing | operator releases | phase Gone")]
    public void The_refusal_of_a_create_does_not_answer_for_the_release(string story) => Story.Play(story);

    // ---- releases -----------------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_failing_release_is_repeated_with_doubling_pauses_up_to_five_minutes() => Story.Play(
        "create 60s | operator accepts | delete | asked create, release"
        + " | operator fails to release | due in 2s | tick 2s | asked release | operator fails to release | due in 4s | tick 4s | asked release"
        + " | operator fails to release | due in 8s | operator fails to release | due in 16s | operator fails to release | due in 32s"
        + " | operator fails to release | due in 64s | operator fails to release | due in 128s | operator fails to release | due in 256s"
        + " | operator fails to release | due in 300s | operator fails to release | due in 300s | phase Releasing");

    [Theory]
    [InlineData("create 60s | operator does not answer | tick 20s | delete | operator fails to release | due in 2s")]
    [InlineData("create 60s | operator accepts | tick 60s | operator fails to release | operator fails to release | operator releases | phase Retained | operator accepts | operator fails to release | due in 2s")]
    [InlineData("create 60s | operator takes it in | tick 20s | operator refuses | phase Retained | operator accepts | operator fails to release | due in 2s")]
    public void Each_release_starts_with_the_shortest_pause(string story) => Story.Play(story);

    [Fact]
    public void An_operator_that_fails_the_first_three_deletes_still_gets_the_fourth() => Story.Play(
        "create 60s | operator accepts | tick 60s | asked create, release | operator fails to release | tick 2s | asked release | operator fails to release | tick 4s | asked release"
        + " | operator fails to release | tick 8s | asked release | UNAVAILABLE DURATION_EXPIRED | operator releases | phase Retained | due in 346s | tick 346s | 404");

    [Fact]
    public void A_release_that_is_never_answered_is_repeated() => Story.Play(
        "create 60s | operator accepts | delete | asked create, release | tick 14.999s | asked nothing | tick 0.001s | asked release | tick 15s | asked release");

    [Fact]
    public void A_release_that_takes_longer_than_the_retention_leaves_nothing_to_retain() => Story.Play(
        "create 60s | operator accepts | tick 60s | wait 360s | UNAVAILABLE DURATION_EXPIRED | operator releases | phase Gone | 404");

    // ---- extend (2.4) -------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("create 80000s | operator accepts | tick 10000s | extend 20000s with at most 86400s left | asked create, extend to 96400s | operator extends | lasts 96400s | ends in 86400s | due in 86400s")]
    [InlineData("create 30000s | operator accepts | extend 30000s to at most 50000s | operator extends | lasts 50000s | ends in 50000s")]
    [InlineData("create 3600s | operator accepts | tick 600s | extend 1800s with at most 86400s left | operator extends | lasts 5400s | ends in 4800s")]
    [InlineData("create 3600s | operator accepts | extend 1800s to at most 86400s | operator extends | lasts 5400s | ends in 5400s")]
    [InlineData("create 86400s | operator accepts | tick 10.7s | extend 100s with at most 86400s left | operator extends | lasts 86410s | ends in 86399.3s")]
    public void An_extension_adds_up_to_the_limit_of_the_calling_surface(string story) => Story.Play(story);

    [Theory]
    [InlineData("create 50000s | operator accepts | told AVAILABLE | asked create | extend 1s to at most 50000s | AVAILABLE | lasts 50000s | asked nothing | told nothing")]
    [InlineData("create 86400s | operator accepts | asked create | extend 86399s with at most 86400s left | AVAILABLE | lasts 86400s | asked nothing")]
    public void Extending_at_the_maximum_changes_nothing_and_is_no_error(string story) => Story.Play(story);

    [Fact]
    public void An_extension_never_shortens_a_session_that_a_newer_surface_made_longer() => Story.Play(
        "create 200000s | operator accepts | asked create | extend 10s with at most 86400s left | lasts 200000s | asked nothing | extend 10s to at most 100s | lasts 200000s | asked nothing");

    [Theory]
    [InlineData("create 60s | extend 60s to at most 3600s | refused SessionInactive | REQUESTED")]
    [InlineData("create 60s | operator accepts | tick 60s | extend 60s to at most 3600s | refused SessionInactive | UNAVAILABLE DURATION_EXPIRED")]
    [InlineData("create 60s | operator accepts | wait 60s | extend 60s to at most 3600s | refused SessionInactive")]
    [InlineData("create 60s | operator accepts | operator terminates | extend 60s to at most 3600s | refused SessionInactive | UNAVAILABLE NETWORK_TERMINATED")]
    public void Only_an_available_session_is_extended(string story) => Story.Play(story);

    [Fact]
    public void A_session_whose_time_is_up_is_not_called_available_when_its_extension_is_refused()
    {
        var story = Story.Play("create 60s | operator accepts | wait 60s");
        var decision = new SessionMachine(Story.Policy).Decide(
            story.Session, new SessionCommand.Extend(TimeSpan.FromSeconds(1), new ExtensionLimit.RemainingAtMost(TimeSpan.FromDays(1))), story.Now);

        Assert.StartsWith("The session is UNAVAILABLE;", decision.Error?.Message);
    }

    [Theory]
    [InlineData("create 60s | operator accepts | told AVAILABLE | extend 60s to at most 3600s | lasts 60s | operator extends | lasts 120s | told nothing")]
    [InlineData("create 60s | operator accepts | extend 60s to at most 3600s | operator refuses to extend | refused ExtensionRefused | lasts 60s | due in 60s")]
    [InlineData("create 60s | operator accepts | extend 60s to at most 3600s | operator does not answer the extension | refused OperatorUnavailable | lasts 60s")]
    [InlineData("create 60s | operator accepts | wait 59s | extend 60s to at most 3600s | tick 1s | operator extends | refused SessionInactive | UNAVAILABLE DURATION_EXPIRED")]
    [InlineData("create 60s | operator accepts | extend 60s to at most 3600s | delete | operator extends | refused NotFound | 404")]
    [InlineData("create 60s | operator accepts | extend 60s to at most 3600s | delete | operator refuses to extend | refused NotFound")]
    public void An_extension_counts_once_the_operator_has_agreed(string story) => Story.Play(story);
}
