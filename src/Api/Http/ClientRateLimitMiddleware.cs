using QodOrleans.Authorization;
using QodOrleans.Authorization.Limits;

namespace QodOrleans.Api.Http;

/// <summary>After authentication: a client above its limit gets 429 in the surface's own shape, before anything else is done for it.</summary>
internal sealed class ClientRateLimitMiddleware(RequestDelegate next, RateLimits limits)
{
    public Task InvokeAsync(HttpContext context) =>
        context.User.Identity is not AccessTokenIdentity { Caller.ClientId: var client } || limits.AdmitsRequest(client, out var retryAfterSeconds)
            ? next(context)
            : context.WriteFaultAsync(new Fault(FaultKind.TooManyRequests, "the client sends more requests than it may", retryAfterSeconds));
}
