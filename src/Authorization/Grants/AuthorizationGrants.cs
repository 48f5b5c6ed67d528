using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using QodOrleans.Authorization.Assertions;
using QodOrleans.Core.Authorization;
using QodOrleans.Core.Storage;

namespace QodOrleans.Authorization.Grants;

/// <summary>Issues authorization codes and backchannel requests, and redeems them and clients' assertions: each once, over all gateways.</summary>
internal sealed class AuthorizationGrants(
    IGrantStore store, IDataProtectionProvider protection, TimeProvider time, IOptions<AuthorizationServerOptions> options, ILogger<AuthorizationGrants> log)
{
    /// <summary>256 random bits: too many to guess, so a plain hash is enough to hide one.</summary>
    private const int SecretBytes = 32;

    /// <summary>Characters; longer than any that we issue.</summary>
    private const int LongestSecret = 100;

    /// <summary>Each lost write means that another gateway has moved the grant on, which it can do a few times only.</summary>
    private const int MostAttempts = 10;

    private readonly AuthorizationOptions times = options.Value.Authorization;
    private readonly IDataProtector protector = protection.CreateProtector("QodOrleans.Api.Grant.v1");

    /// <summary>A code for the answer of <c>/authorize</c>.</summary>
    public async Task<string> NewCodeAsync(Client client, GrantTerms terms, CancellationToken cancellation)
    {
        var code = NewSecret();
        await store.AddAsync(NewGrant(GrantKey.OfCode(code), client, terms, GrantState.Approved, times.CodeLifetime), cancellation);
        return code;
    }

    /// <param name="ask">The person is still to be asked.</param>
    /// <returns>The <c>auth_req_id</c>, and what the consent link carries; null where nothing is asked.</returns>
    public async Task<(string AuthReqId, string? Ticket)> NewRequestAsync(Client client, GrantTerms terms, bool ask, CancellationToken cancellation)
    {
        var (authReqId, ticket) = (NewSecret(), ask ? NewSecret() : null);
        var grant = NewGrant(GrantKey.OfRequest(authReqId), client, terms, ask ? GrantState.Pending : GrantState.Approved, times.RequestLifetime) with
        {
            Interval = times.PollInterval,
            Ticket = ticket is null ? null : GrantKey.OfTicket(ticket),
        };
        await store.AddAsync(grant, cancellation);
        return (authReqId, ticket);
    }

    public Task<(RedeemResult Result, GrantTerms? Terms)> RedeemCodeAsync(Client client, string code, CancellationToken cancellation) =>
        code.Length > LongestSecret ? Task.FromResult<(RedeemResult, GrantTerms?)>(default) : RedeemAsync(client, GrantKey.OfCode(code), cancellation);

    public Task<(RedeemResult Result, GrantTerms? Terms)> PollAsync(Client client, string authReqId, CancellationToken cancellation) =>
        authReqId.Length > LongestSecret
            ? Task.FromResult<(RedeemResult, GrantTerms?)>(default)
            : RedeemAsync(client, GrantKey.OfRequest(authReqId), cancellation);

    /// <summary>What a consent link asks; null if there is nothing left to decide.</summary>
    public async Task<(string ClientId, GrantTerms Terms)?> FindOpenAsync(string ticket, CancellationToken cancellation)
    {
        if (ticket.Length > LongestSecret || await store.FindByTicketAsync(GrantKey.OfTicket(ticket), cancellation) is not { } grant) return null;
        return grant.Decide(approve: true, time.GetUtcNow()) is not null && TryOpen(grant.Payload, out var terms) ? (grant.ClientId, terms) : null;
    }

    /// <returns>False if it was decided before, or has expired.</returns>
    public async Task<bool> DecideAsync(string ticket, bool approve, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await store.FindByTicketAsync(GrantKey.OfTicket(ticket), cancellation) is not { } grant) return false;
            if (grant.Decide(approve, time.GetUtcNow()) is not { } next) return false;
            if (await store.ReplaceAsync(next, cancellation)) return true;
        }
        throw TooContested();
    }

    /// <summary>Notes that a client has used an assertion, until it would be refused for its age.</summary>
    /// <returns>False if it was used before, at whichever gateway.</returns>
    public async Task<bool> SpendAsync(Client client, ClientAssertion assertion, CancellationToken cancellation)
    {
        var spent = new Grant
        {
            Key = GrantKey.OfAssertion(client.Id, assertion.Id),
            ClientId = client.Id,
            State = GrantState.Redeemed,
            ExpiresAt = assertion.ExpiresAt,
            Payload = [],
        };
        var first = await store.AddAsync(spent, cancellation);
        if (!first) log.AssertionReplayed(client.Id);
        return first;
    }

    public async Task<bool> IsConsentedAsync(Client client, GrantTerms terms, CancellationToken cancellation) =>
        IsCovered(terms, await store.ReadConsentAsync(client.Id, terms.Subject, time.GetUtcNow(), cancellation));

    public async Task RememberConsentAsync(Client client, GrantTerms terms, CancellationToken cancellation)
    {
        if (times.ConsentLifetime == TimeSpan.Zero) return;
        await store.SaveConsentAsync(new Consent(client.Id, terms.Subject, ScopesOf(terms), time.GetUtcNow() + times.ConsentLifetime), cancellation);
    }

    /// <summary>Takes back what was allowed of these terms, if anything was. Tokens that were made from it end by themselves.</summary>
    public Task WithdrawConsentAsync(Client client, GrantTerms terms, CancellationToken cancellation) =>
        store.RemoveConsentAsync(client.Id, terms.Subject, ScopesOf(terms), cancellation);

    /// <returns>The scopes that the person has allowed the client; none where it needs no permission, or has not got one.</returns>
    public Task<IReadOnlyList<string>> ConsentedAsync(Client client, string subject, CancellationToken cancellation) =>
        client.ConsentRequired ? store.ReadConsentAsync(client.Id, subject, time.GetUtcNow(), cancellation) : Task.FromResult<IReadOnlyList<string>>([]);

    private async Task<(RedeemResult, GrantTerms?)> RedeemAsync(Client client, GrantKey key, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await store.FindAsync(key, cancellation) is not { } grant) return default;
            var now = time.GetUtcNow();
            var (answer, next) = grant.Redeem(client.Id, now);

            // Consent may have come another way: the person has used the application's front end meanwhile. Shown again, the grant is approved.
            if (answer is RedeemResult.Pending or RedeemResult.TooFast
                && TryOpen(grant.Payload, out var asked) && await IsConsentedAsync(client, asked, cancellation))
            {
                if (grant.Decide(approve: true, now) is { } approved) await store.ReplaceAsync(approved, cancellation);
                continue;
            }
            if (next is not null && !await store.ReplaceAsync(next, cancellation)) continue;
            if (answer == RedeemResult.Replayed) log.GrantReplayed(client.Id);
            if (answer != RedeemResult.Granted) return (answer, null);
            return TryOpen(grant.Payload, out var terms) ? (answer, terms) : default;
        }
        throw TooContested();
    }

    private Grant NewGrant(GrantKey key, Client client, GrantTerms terms, GrantState state, TimeSpan lifetime) => new()
    {
        Key = key,
        ClientId = client.Id,
        State = state,
        ExpiresAt = time.GetUtcNow() + lifetime,
        Payload = protector.Protect(JsonSerializer.SerializeToUtf8Bytes(terms, GrantJson.Default.GrantTerms)),
    };

    private bool TryOpen(byte[] payload, [NotNullWhen(true)] out GrantTerms? terms)
    {
        try
        {
            terms = JsonSerializer.Deserialize(protector.Unprotect(payload), GrantJson.Default.GrantTerms);
        }
        catch (CryptographicException)
        {
            // Sealed with keys that are lost, or put into the database by hand.
            terms = null;
        }
        return terms is not null;
    }

    private static bool IsCovered(GrantTerms terms, IReadOnlyList<string> consented) => ScopesOf(terms).All(consented.Contains);

    /// <summary>With <c>openid</c>: being recognized by the application needs consent too.</summary>
    private static string[] ScopesOf(GrantTerms terms) => terms.Scope.Text.Split(' ');

    private static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    private static StoreUnavailableException TooContested() => new("A grant is changed faster than it can be read.");
}
