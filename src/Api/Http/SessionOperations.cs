using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Http;

/// <summary>What all surfaces do with a session in the same way. Texts, shapes and checks are the surface's own.</summary>
internal sealed class SessionOperations(ISessionEngine engine, SurfaceDirectory surfaces, ApiMetrics metrics, ILogger<SessionOperations> log)
{
    /// <summary>201 with the session and its path, or why there is none.</summary>
    public async Task CreateAsync(HttpContext context, CreateSession request) =>
        await AnswerCreateAsync(context, await MakeAsync(context, request));

    /// <summary>Has the engine make a session. Its URL as of now is kept with it, as the source of its events.</summary>
    public Task<SessionResult> MakeAsync(HttpContext context, CreateSession request) =>
        engine.CreateSessionAsync(request with { SessionsUrl = surfaces.SessionsUrl(request.Surface) }, context.RequestAborted);

    /// <summary>The same, where the surface has asked the engine in a way of its own.</summary>
    public async Task AnswerCreateAsync(HttpContext context, SessionResult result)
    {
        var surface = surfaces.Of(context);
        if (result.Session is not { } session)
        {
            await RefuseAsync(context, surface.DescribeError!(result.Error!));
            return;
        }
        metrics.Created(surface.Name, "201");
        log.SessionCreated(session.Id, Correlator.Of(context));
        context.Response.Headers.Location = surfaces.PathOf(surface, session.Id);
        await surface.WriteSession!(context, StatusCodes.Status201Created, session);
    }

    /// <summary>A create that does not get as far as the engine.</summary>
    public Task RefuseAsync(HttpContext context, Fault fault) => RefuseAsync(context, surfaces.Of(context).Describe(fault));

    /// <inheritdoc cref="RefuseAsync(HttpContext, Fault)"/>
    public Task RefuseAsync(HttpContext context, ErrorAnswer answer)
    {
        metrics.Created(surfaces.Of(context).Name, answer.Code);
        return context.WriteErrorAsync(answer);
    }

    public async Task GetSession(HttpContext context)
    {
        if (await ReadSessionIdAsync(context) is not { } id) return;
        await AnswerAsync(context, await engine.GetSessionAsync(id, context.Caller(), context.RequestAborted));
    }

    public async Task DeleteSession(HttpContext context)
    {
        if (await ReadSessionIdAsync(context) is not { } id) return;
        var result = await engine.DeleteSessionAsync(id, context.Caller(), context.RequestAborted);
        if (result.Error is null) context.Response.StatusCode = StatusCodes.Status204NoContent;
        else await AnswerAsync(context, result);
    }

    /// <summary>200 with the session in the surface's shape, or the engine's error.</summary>
    public Task AnswerAsync(HttpContext context, SessionResult result)
    {
        var here = surfaces.Of(context);
        return result.Session is { } session
            ? surfaces.ShapeOf(session, here).WriteSession!(context, StatusCodes.Status200OK, session)
            : context.WriteErrorAsync(here.DescribeError!(result.Error!));
    }

    /// <summary>The path's <c>sessionId</c>; null if it is invalid: then the error has been written.</summary>
    public static async ValueTask<SessionId?> ReadSessionIdAsync(HttpContext context)
    {
        if (SessionId.TryParse((string?)context.Request.RouteValues["sessionId"], out var id)) return id;
        await context.WriteFaultAsync(new Fault(FaultKind.PathParameterInvalid, "sessionId: must be a UUID of 36 characters"));
        return null;
    }
}
