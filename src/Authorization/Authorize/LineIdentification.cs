using Microsoft.Extensions.Options;
using QodOrleans.Authorization.OAuth;
using QodOrleans.Core.Engine;

namespace QodOrleans.Authorization.Authorize;

/// <summary>Identifies the line of a person who opens a page. The operator finds it by the address; in the sandbox, where all come from one address, a login
/// hint can name it.</summary>
internal sealed class LineIdentification(ISessionEngine engine, IOptions<AuthorizationServerOptions> options)
{
    private readonly bool sandbox = options.Value.Mode == QodMode.Sandbox;

    /// <param name="loginHint">Counts in the sandbox only, and only if it is of a kind that we know.</param>
    /// <returns>Null if the hint is invalid.</returns>
    public async Task<LineResult?> IdentifyAsync(HttpContext context, string? loginHint)
    {
        var address = context.Connection.RemoteIpAddress;
        var hint = sandbox && loginHint is not null && !LoginHint.IsOfUnknownKind(loginHint) ? loginHint : null;
        var device = hint is not null ? LoginHint.Read(hint) : address is null ? null : LoginHint.Of(address, PortOf(context));
        if (device is null) return null;
        return await engine.IdentifyLineAsync(device, context.RequestAborted);
    }

    /// <summary>Whether the same question may have an answer in a moment.</summary>
    public static bool IsPassing(SessionError error) =>
        error.Code is SessionErrorCode.OperatorUnavailable or SessionErrorCode.Overloaded or SessionErrorCode.StoreUnavailable;

    /// <summary>Behind a proxy that tells the address alone, there is none.</summary>
    private static int? PortOf(HttpContext context) => context.Connection.RemotePort is > 0 and var port ? port : null;
}
