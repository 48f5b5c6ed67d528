using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Releases.Qod010;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Grants;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Memory;
using QodOrleans.TestSupport;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>Gateways that hold the same grant in their hands at the same moment.</summary>
public sealed class AuthorizationGrantsTests : IDisposable
{
    private const int Gateways = 8;

    private static readonly GrantTerms Terms =
        new("sub", new SubscriberLine(new OperatorId("offers"), new Device { PhoneNumber = "+34600000000" }), new ScopeRequest([QodScopes.SessionsRead], OpenId: false), DateTimeOffset.UnixEpoch);

    private readonly ClientRegistry clients = new(TestOptions.Scopes, TestOptions.Default);
    private readonly MeetingStore store = new();
    private readonly AuthorizationGrants book;

    public AuthorizationGrantsTests() =>
        book = new(store, new EphemeralDataProtectionProvider(), new ManualTimeProvider(), TestOptions.Default, NullLogger<AuthorizationGrants>.Instance);

    private Client Client => clients.Find("my-app-id")!;

    [Fact]
    public async Task All_have_read_the_code_before_any_writes_and_one_redeems_it()
    {
        var code = await book.NewCodeAsync(Client, Terms, default);
        store.WaitFor(Gateways);
        var answers = await Task.WhenAll(Enumerable.Range(0, Gateways).Select(_ => book.RedeemCodeAsync(Client, code, default)));
        Assert.Equal(Gateways - 1, answers.Count(answer => answer is (RedeemResult.Replayed, null)));
        Assert.Equal(Terms.Subject, Assert.Single(answers, answer => answer.Result == RedeemResult.Granted).Terms!.Subject);
    }

    [Fact]
    public async Task All_have_opened_the_link_before_any_decides_and_one_decides()
    {
        var (_, ticket) = await book.NewRequestAsync(Client, Terms, ask: true, default);
        store.WaitFor(Gateways);
        var decided = await Task.WhenAll(Enumerable.Range(0, Gateways).Select(i => book.DecideAsync(ticket!, approve: i % 2 == 0, default)));
        Assert.Single(decided, true);
    }

    [Fact]
    public async Task Polls_at_the_same_moment_count_as_one_after_the_other()
    {
        var (authReqId, _) = await book.NewRequestAsync(Client, Terms, ask: true, default);
        store.WaitFor(2);
        var answers = await Task.WhenAll(book.PollAsync(Client, authReqId, default), book.PollAsync(Client, authReqId, default));
        Assert.Equal([RedeemResult.Pending, RedeemResult.TooFast], answers.Select(answer => answer.Result).Order());
    }

    [Fact]
    public async Task A_payload_of_other_keys_is_no_grant()
    {
        var code = await book.NewCodeAsync(Client, Terms, default);
        var stranger = new AuthorizationGrants(store, new EphemeralDataProtectionProvider(), new ManualTimeProvider(), TestOptions.Default, NullLogger<AuthorizationGrants>.Instance);
        Assert.Equal((RedeemResult.Unknown, null), await stranger.RedeemCodeAsync(Client, code, default));
    }

    public void Dispose() => clients.Dispose();

    /// <summary>The memory store, where readers wait for each other: nobody goes on before all have read.</summary>
    private sealed class MeetingStore : IGrantStore
    {
        private readonly MemoryGrantStore inner = new();
        private readonly TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int awaited;

        public void WaitFor(int readers) => awaited = readers;

        public Task<Grant?> FindAsync(GrantKey key, CancellationToken cancellation) => MeetAsync(inner.FindAsync(key, cancellation));

        public Task<Grant?> FindByTicketAsync(GrantKey ticket, CancellationToken cancellation) => MeetAsync(inner.FindByTicketAsync(ticket, cancellation));

        public Task<bool> AddAsync(Grant grant, CancellationToken cancellation) => inner.AddAsync(grant, cancellation);

        public Task<bool> ReplaceAsync(Grant grant, CancellationToken cancellation) => inner.ReplaceAsync(grant, cancellation);

        public Task SaveConsentAsync(Consent consent, CancellationToken cancellation) => inner.SaveConsentAsync(consent, cancellation);

        public Task RemoveConsentAsync(string clientId, string subject, IReadOnlyList<string> scopes, CancellationToken cancellation) =>
            inner.RemoveConsentAsync(clientId, subject, scopes, cancellation);

        public Task<IReadOnlyList<string>> ReadConsentAsync(string clientId, string subject, DateTimeOffset now, CancellationToken cancellation) =>
            inner.ReadConsentAsync(clientId, subject, now, cancellation);

        public Task<int> SweepAsync(DateTimeOffset endedBefore, int limit, CancellationToken cancellation) => inner.SweepAsync(endedBefore, limit, cancellation);

        private async Task<Grant?> MeetAsync(Task<Grant?> read)
        {
            var grant = await read;
            if (Interlocked.Decrement(ref awaited) <= 0) met.TrySetResult();
            await met.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
            return grant;
        }
    }
}
