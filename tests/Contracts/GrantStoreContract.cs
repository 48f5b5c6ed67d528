using QodOrleans.Core.Authorization;
using QodOrleans.TestSupport;

namespace QodOrleans.Contracts;

/// <summary>What every store of grants and signing keys does, whatever it is built of.</summary>
public abstract class GrantStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly IStoreFixture fixture;

    protected GrantStoreContract(IStoreFixture fixture)
    {
        Assert.SkipWhen(fixture.WhyNone is not null, fixture.WhyNone ?? "");
        this.fixture = fixture;
    }

    private IGrantStore Store => fixture.Grants;

    [Fact]
    public async Task A_grant_reads_back_as_it_was_added_by_its_key_and_by_its_ticket()
    {
        var code = NewGrant();
        var request = NewGrant() with
        {
            State = GrantState.Pending,
            Ticket = GrantKey.OfTicket(Unique()),
            Interval = TimeSpan.FromSeconds(2),
            NextPollAt = Sample.Noon.AddSeconds(2),
        };
        foreach (var grant in new[] { code, request }) Assert.True(await Store.AddAsync(grant, None));

        Assert.Equivalent(code, await Store.FindAsync(code.Key, None), strict: true);
        Assert.Equivalent(request, await Store.FindAsync(request.Key, None), strict: true);
        Assert.Equivalent(request, await Store.FindByTicketAsync(request.Ticket!.Value, None), strict: true);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var grant = NewGrant();
        await Store.AddAsync(grant, None);
        Assert.Null(await Store.FindAsync(GrantKey.OfCode(Unique()), None));
        Assert.Null(await Store.FindByTicketAsync(grant.Key, None));
        Assert.False(await Store.ReplaceAsync(NewGrant() with { Version = 2 }, None));
    }

    [Fact]
    public async Task A_grant_is_replaced_only_by_its_next_version()
    {
        var grant = NewGrant() with { State = GrantState.Pending };
        await Store.AddAsync(grant, None);
        Assert.False(await Store.ReplaceAsync(grant with { State = GrantState.Denied }, None));
        Assert.False(await Store.ReplaceAsync(grant with { State = GrantState.Denied, Version = 3 }, None));

        var next = grant with { State = GrantState.Approved, Payload = [9], Interval = TimeSpan.FromSeconds(7), NextPollAt = Sample.Noon.AddSeconds(7), Version = 2 };
        Assert.True(await Store.ReplaceAsync(next, None));
        Assert.False(await Store.ReplaceAsync(next, None));
        Assert.Equivalent(next, await Store.FindAsync(grant.Key, None), strict: true);
    }

    [Fact]
    public async Task Of_many_who_redeem_one_grant_at_once_exactly_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var grant = NewGrant();
            await Store.AddAsync(grant, None);
            var won = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                var (answer, next) = (await Store.FindAsync(grant.Key, None))!.Redeem(grant.ClientId, Sample.Noon);
                return answer == RedeemResult.Granted && await Store.ReplaceAsync(next!, None);
            }));
            Assert.Single(won, true);
            var redeemed = (await Store.FindAsync(grant.Key, None))!;
            Assert.Equal((GrantState.Redeemed, 0), (redeemed.State, redeemed.Payload.Length));
        }
    }

    [Fact]
    public async Task Of_many_who_add_one_key_at_once_exactly_one_is_told_that_it_did_and_nothing_of_the_others_is_written()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = GrantKey.OfAssertion("app", Unique());
            var added = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Store.AddAsync(NewGrant() with { Key = key, Payload = [(byte)i] }, None)));
            Assert.Single(added, true);
            Assert.Equal(Array.IndexOf(added, true) + 1, Assert.Single((await Store.FindAsync(key, None))!.Payload));
        }
    }

    [Fact]
    public async Task Consent_is_remembered_per_client_person_and_scope_until_its_end()
    {
        var person = Unique();
        await Store.SaveConsentAsync(new Consent("app", person, ["a", "b", "b"], Sample.Noon.AddDays(1)), None);
        await Store.SaveConsentAsync(new Consent("app", person, ["b", "c"], Sample.Noon.AddDays(2)), None);
        await Store.SaveConsentAsync(new Consent("other", person, ["d"], Sample.Noon.AddDays(2)), None);

        Assert.Equal(["a", "b", "c"], (await Store.ReadConsentAsync("app", person, Sample.Noon, None)).Order());
        Assert.Equal(["b", "c"], (await Store.ReadConsentAsync("app", person, Sample.Noon.AddDays(1), None)).Order());
        Assert.Equal(["d"], await Store.ReadConsentAsync("other", person, Sample.Noon, None));
        Assert.Empty(await Store.ReadConsentAsync("app", Unique(), Sample.Noon, None));
    }

    [Fact]
    public async Task Consent_is_withdrawn_for_the_scopes_that_are_named_and_for_nobody_else()
    {
        var (person, other) = (Unique(), Unique());
        foreach (var (client, subject) in new[] { ("app", person), ("app", other), ("other", person) })
            await Store.SaveConsentAsync(new Consent(client, subject, ["a", "b", "c"], Sample.Noon.AddDays(1)), None);

        await Store.RemoveConsentAsync("app", person, ["a", "c", "never given"], None);
        await Store.RemoveConsentAsync("app", Unique(), ["a"], None);

        Assert.Equal(["b"], await Store.ReadConsentAsync("app", person, Sample.Noon, None));
        Assert.Equal(["a", "b", "c"], (await Store.ReadConsentAsync("app", other, Sample.Noon, None)).Order());
        Assert.Equal(["a", "b", "c"], (await Store.ReadConsentAsync("other", person, Sample.Noon, None)).Order());
    }

    [Fact]
    public async Task The_sweep_takes_what_has_ended_as_many_as_it_may_and_nothing_else()
    {
        // A time of its own: what other tests left is younger.
        var then = Sample.Noon.AddYears(-10);
        var person = Unique();
        var old = Enumerable.Range(0, 5).Select(i => NewGrant() with { ExpiresAt = then.AddSeconds(-1 - i), Ticket = GrantKey.OfTicket(Unique()) }).ToArray();
        var young = NewGrant() with { ExpiresAt = then };
        foreach (var grant in old.Append(young)) await Store.AddAsync(grant, None);
        await Store.SaveConsentAsync(new Consent("app", person, ["a"], then.AddSeconds(-1)), None);
        await Store.SaveConsentAsync(new Consent("app", person, ["b"], then), None);

        Assert.Equal(4, await Store.SweepAsync(then, 3, None));
        Assert.Equal(2, await Store.SweepAsync(then, 3, None));
        Assert.Equal(0, await Store.SweepAsync(then, 3, None));
        foreach (var grant in old)
        {
            Assert.Null(await Store.FindAsync(grant.Key, None));
            Assert.Null(await Store.FindByTicketAsync(grant.Ticket!.Value, None));
        }
        Assert.NotNull(await Store.FindAsync(young.Key, None));
        Assert.Equal(["b"], await Store.ReadConsentAsync("app", person, then.AddDays(-1), None));
    }

    [Fact]
    public async Task Of_many_signing_keys_of_one_generation_one_is_kept()
    {
        var store = fixture.SigningKeys;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => store.AddAsync(new SealedSigningKey(1, Sample.Noon, [(byte)i]), None)));
        var first = Assert.Single(await store.ReadAsync(None));

        await store.AddAsync(new SealedSigningKey(2, Sample.Noon.AddDays(1), [42]), None);
        Assert.Equivalent(new[] { first, new SealedSigningKey(2, Sample.Noon.AddDays(1), [42]) }, await store.ReadAsync(None), strict: true);

        await store.RemoveAsync(1, None);
        Assert.Equal(2, Assert.Single(await store.ReadAsync(None)).Generation);
    }

    private static Grant NewGrant() => new()
    {
        Key = GrantKey.OfCode(Unique()),
        ClientId = "app",
        State = GrantState.Approved,
        ExpiresAt = Sample.Noon.AddMinutes(1),
        Payload = [1, 2, 3, 0, 255],
    };

    private static string Unique() => Guid.NewGuid().ToString("N");
}
