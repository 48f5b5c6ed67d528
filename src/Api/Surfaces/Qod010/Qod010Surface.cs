using System.Text.Json.Serialization.Metadata;
using QodOrleans.Api.Auth;
using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod010;

/// <summary>CAMARA QoD 0.10.1 at <c>/qod/v0</c>.</summary>
internal sealed class Qod010Surface(
    ISessionEngine engine, QosProfileCatalog profiles, SinkPolicy sinks, ISinkTokenProtector protector, ApiMetrics metrics, ILogger<Qod010Surface> log)
{
    public const string Name = "qod-0.10";

    public const string Root = "/qod/v0";

    public static readonly Surface Surface = new(Name, Root, Map, Qod010Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod010.openapi.json",
        ApiName = "qod",
        Scopes = [QodScopes.SessionsWrite, QodScopes.SessionsRead, QodScopes.SessionsDelete, QodScopes.ProfilesRead],
        EventFormat = typeof(Qod010EventFormat),
    };

    internal static readonly JsonTypeInfo<CreateSessionBody> CreateSessionType = JsonBody.Strict<CreateSessionBody>(Qod010Requests.Default);
    internal static readonly JsonTypeInfo<ExtendSessionDurationBody> ExtendSessionDurationType = JsonBody.Strict<ExtendSessionDurationBody>(Qod010Requests.Default);

    private readonly Qod010Mapping mapping = new(sinks, protector);

    private static void Map(IEndpointRouteBuilder routes)
    {
        var operations = ActivatorUtilities.CreateInstance<Qod010Surface>(routes.ServiceProvider);
        var group = routes.MapGroup(Root).WithMetadata(Surface);
        group.MapPost("/sessions", operations.CreateSession).RequireScope(QodScopes.SessionsWrite);
        group.MapGet("/sessions/{sessionId}", operations.GetSession).RequireScope(QodScopes.SessionsRead);
        group.MapDelete("/sessions/{sessionId}", operations.DeleteSession).RequireScope(QodScopes.SessionsDelete);
        group.MapPost("/sessions/{sessionId}/extend", operations.ExtendQosSessionDuration).RequireScope(QodScopes.SessionsWrite);
        // The release declares qod-profiles-read and attaches it to neither of these.
        group.MapGet("/qos-profiles", operations.GetQosProfiles).RequireToken();
        group.MapGet("/qos-profiles/{name}", operations.GetQosProfile).RequireToken();
    }

    private async Task CreateSession(HttpContext context)
    {
        var (body, fault) = await JsonBody.ReadAsync(context, CreateSessionType);
        if (body is null)
        {
            await RefuseAsync(Qod010Errors.Describe(fault));
            return;
        }
        var error = Qod010Mapping.Hoist(body, out var hoisted);
        if (hoisted) metrics.Hoisted(Name);
        error ??= mapping.Check(body);
        if (error is not null)
        {
            await RefuseAsync(error);
            return;
        }

        var result = await engine.CreateSessionAsync(mapping.ToDomain(body, context.Caller(), Correlator.Of(context)), context.RequestAborted);
        if (result.Session is not { } session)
        {
            await RefuseAsync(Qod010Errors.Of(result.Error!));
            return;
        }
        metrics.Created(Name, "201");
        log.SessionCreated(session.Id, Correlator.Of(context));
        context.Response.Headers.Location = $"{Root}/sessions/{session.Id}";
        await context.WriteJsonAsync(StatusCodes.Status201Created, Qod010Mapping.ToWire(session), Qod010Answers.Default.SessionInfoBody);

        Task RefuseAsync(ErrorAnswer answer)
        {
            metrics.Created(Name, answer.Code);
            return context.WriteErrorAsync(answer);
        }
    }

    private async Task GetSession(HttpContext context)
    {
        if (!TryReadSessionId(context, out var id)) await context.WriteErrorAsync(SessionIdInvalid);
        else await AnswerAsync(context, await engine.GetSessionAsync(id, context.Caller(), context.RequestAborted));
    }

    private async Task DeleteSession(HttpContext context)
    {
        if (!TryReadSessionId(context, out var id))
        {
            await context.WriteErrorAsync(SessionIdInvalid);
            return;
        }
        var result = await engine.DeleteSessionAsync(id, context.Caller(), context.RequestAborted);
        if (result.Error is { } error) await context.WriteErrorAsync(Qod010Errors.Of(error));
        else context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ExtendQosSessionDuration(HttpContext context)
    {
        if (!TryReadSessionId(context, out var id))
        {
            await context.WriteErrorAsync(SessionIdInvalid);
            return;
        }
        var (body, fault) = await JsonBody.ReadAsync(context, ExtendSessionDurationType);
        var error = body is null ? Qod010Errors.Describe(fault) : body.RequestedAdditionalDuration switch
        {
            null => Qod010Errors.AdditionalDurationMissing,
            < 1 or >= Qod010Mapping.LongestDuration => Qod010Errors.Schema("requestedAdditionalDuration", "must be 1 to 86399"),
            _ => null,
        };
        if (error is not null)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        // The limit depends on the session's profile, which never changes: reading it first races with nothing.
        var found = await engine.GetSessionAsync(id, context.Caller(), context.RequestAborted);
        if (found.Session is { } session)
        {
            var additional = TimeSpan.FromSeconds(body!.RequestedAdditionalDuration!.Value);
            found = await engine.ExtendQosSessionDurationAsync(id, context.Caller(), additional, LimitFor(session), context.RequestAborted);
        }
        await AnswerAsync(context, found);
    }

    /// <summary>0.10 limits what remains after the extension: to a day, or to the profile's own maximum where that is less.</summary>
    private ExtensionLimit.RemainingAtMost LimitFor(QosSession session)
    {
        var day = TimeSpan.FromSeconds(Qod010Mapping.LongestDuration);
        return new(profiles.Find(session.Terms.QosProfile) is { } profile && profile.LongestDuration < day ? profile.LongestDuration : day);
    }

    private Task GetQosProfiles(HttpContext context)
    {
        var query = context.Request.Query;
        var (names, statuses) = (query["name"], query["status"]);
        if (names.Count > 1) return context.WriteErrorAsync(Qod010Errors.Schema("name", "must be given once"));
        if (statuses.Count > 1 || (statuses.Count == 1 && statuses[0] is not ("ACTIVE" or "INACTIVE" or "DEPRECATED")))
            return context.WriteErrorAsync(Qod010Errors.Schema("status", "must be ACTIVE, INACTIVE or DEPRECATED, once"));

        var found = new List<QosProfileBody>();
        foreach (var profile in profiles.All)
        {
            if (names.Count == 1 && profile.Name != names[0]) continue;
            if (statuses.Count == 1 && Qod010Mapping.ToWire(profile.Status) != statuses[0]) continue;
            found.Add(Qod010Mapping.ToWire(profile));
        }
        return found.Count == 0
            ? context.WriteErrorAsync(Qod010Errors.QosProfilesNotFound)
            : context.WriteJsonAsync(StatusCodes.Status200OK, found.ToArray(), Qod010Answers.Default.QosProfileBodyArray);
    }

    private Task GetQosProfile(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (!Qod010Mapping.IsProfileName(name)) return context.WriteErrorAsync(Qod010Errors.Schema("name", "must be 3 to 256 letters, digits or _ . -"));
        return profiles.Find(name) is { } profile
            ? context.WriteJsonAsync(StatusCodes.Status200OK, Qod010Mapping.ToWire(profile), Qod010Answers.Default.QosProfileBody)
            : context.WriteErrorAsync(Qod010Errors.QosProfileNotFound);
    }

    private static readonly ErrorAnswer SessionIdInvalid = Qod010Errors.Schema("sessionId", "must be a UUID of 36 characters");

    private static bool TryReadSessionId(HttpContext context, out SessionId id) => SessionId.TryParse((string?)context.Request.RouteValues["sessionId"], out id);

    private static Task AnswerAsync(HttpContext context, SessionResult result) => result.Session is { } session
        ? context.WriteJsonAsync(StatusCodes.Status200OK, Qod010Mapping.ToWire(session), Qod010Answers.Default.SessionInfoBody)
        : context.WriteErrorAsync(Qod010Errors.Of(result.Error!));
}
