using System.Text.Json.Serialization.Metadata;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Releases.Qod010;

/// <summary>The operations of CAMARA QoD 0.10.1, for every surface that speaks it. Errors are in the surface's own words.</summary>
/// <param name="hoists">Whether members of the session that stand inside <c>device</c> are taken, as the samples published for one surface need it.</param>
internal sealed class Qod010Operations(
    Surface surface, bool hoists, ISessionEngine engine, SessionOperations sessions, QosProfileCatalog profiles, SinkPolicy sinks,
    ISecretProtector protector, ApiMetrics metrics)
{
    internal static readonly JsonTypeInfo<CreateSessionBody> CreateSessionType = JsonBody.Strict<CreateSessionBody>(Qod010Requests.Default);
    internal static readonly JsonTypeInfo<ExtendSessionDurationBody> ExtendSessionDurationType =
        JsonBody.Strict<ExtendSessionDurationBody>(Qod010Requests.Default);

    private readonly Qod010Mapping mapping = new(profiles, sinks, protector);

    public static void Map(IEndpointRouteBuilder routes, Surface surface, bool hoists = false)
    {
        var sessions = routes.ServiceProvider.GetRequiredService<SessionOperations>();
        var operations = ActivatorUtilities.CreateInstance<Qod010Operations>(routes.ServiceProvider, surface, hoists);
        var group = routes.MapGroup(surface.Root.Value!).WithMetadata(surface);
        group.MapPost("/sessions", operations.CreateSession).RequireScope(QodScopes.SessionsWrite);
        group.MapGet("/sessions/{sessionId}", sessions.GetSession).RequireScope(QodScopes.SessionsRead);
        group.MapDelete("/sessions/{sessionId}", sessions.DeleteSession).RequireScope(QodScopes.SessionsDelete);
        group.MapPost("/sessions/{sessionId}/extend", operations.ExtendQosSessionDuration).RequireScope(QodScopes.SessionsWrite);
        // The release declares qod-profiles-read and attaches it to neither of these.
        group.MapGet("/qos-profiles", operations.GetQosProfiles).RequireToken();
        group.MapGet("/qos-profiles/{name}", operations.GetQosProfile).RequireToken();
    }

    public static Task WriteSessionAsync(HttpContext context, int status, QosSession session) =>
        context.WriteJsonAsync(status, Qod010Mapping.ToWire(session), Qod010Answers.Default.SessionInfoBody);

    private async Task CreateSession(HttpContext context)
    {
        var (body, unread) = await JsonBody.ReadAsync(context, CreateSessionType);
        if (body is null)
        {
            await sessions.RefuseAsync(context, unread);
            return;
        }
        Fault? fault = null;
        if (hoists)
        {
            fault = Qod010Mapping.Hoist(body, out var hoisted);
            if (hoisted) metrics.Hoisted(surface.Name);
        }
        fault ??= mapping.Check(body, context.Caller());
        if (fault is { } wrong) await sessions.RefuseAsync(context, wrong);
        else await sessions.CreateAsync(context, mapping.ToDomain(body, surface.Name, context.Caller(), Correlator.Of(context)));
    }

    private async Task ExtendQosSessionDuration(HttpContext context)
    {
        if (await SessionOperations.ReadSessionIdAsync(context) is not { } id) return;
        var (body, unread) = await JsonBody.ReadAsync(context, ExtendSessionDurationType);
        Fault? fault = body is null ? unread : body.RequestedAdditionalDuration switch
        {
            null => Fault.Missing("requestedAdditionalDuration"),
            < 1 or >= Validation.LongestDuration => Fault.Member("requestedAdditionalDuration", "must be 1 to 86399"),
            _ => null,
        };
        if (fault is { } wrong)
        {
            await context.WriteFaultAsync(wrong);
            return;
        }

        // The limit depends on the session's profile, which never changes: reading it first races with nothing.
        var found = await engine.GetSessionAsync(id, context.Caller(), context.RequestAborted);
        if (found.Session is { } session)
        {
            var additional = TimeSpan.FromSeconds(body!.RequestedAdditionalDuration!.Value);
            found = await engine.ExtendQosSessionDurationAsync(id, context.Caller(), additional, LimitFor(session), context.RequestAborted);
        }
        await sessions.AnswerAsync(context, found);
    }

    /// <summary>0.10 limits what remains after the extension.</summary>
    private ExtensionLimit.RemainingAtMost LimitFor(QosSession session) => new(Validation.LongestDurationWith(profiles.Find(session.Terms.QosProfile)));

    private Task GetQosProfiles(HttpContext context)
    {
        var query = context.Request.Query;
        var (names, statuses) = (query["name"], query["status"]);
        if (names.Count > 1) return context.WriteFaultAsync(Fault.Query("name", "must be given once"));
        if (statuses.Count > 1 || (statuses.Count == 1 && statuses[0] is not ("ACTIVE" or "INACTIVE" or "DEPRECATED")))
            return context.WriteFaultAsync(Fault.Query("status", "must be ACTIVE, INACTIVE or DEPRECATED, once"));

        var found = new List<QosProfileBody>();
        foreach (var profile in profiles.All)
        {
            if (names.Count == 1 && profile.Name != names[0]) continue;
            if (statuses.Count == 1 && WireFormats.ToWire(profile.Status) != statuses[0]) continue;
            found.Add(Qod010Mapping.ToWire(profile));
        }
        return found.Count == 0
            ? context.WriteFaultAsync(new Fault(FaultKind.QosProfilesNone))
            : context.WriteJsonAsync(StatusCodes.Status200OK, found.ToArray(), Qod010Answers.Default.QosProfileBodyArray);
    }

    private Task GetQosProfile(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (!Validation.IsProfileName(name))
            return context.WriteFaultAsync(new Fault(FaultKind.PathParameterInvalid, $"name: {Validation.ProfileNameRule}"));
        return profiles.Find(name) is { } profile
            ? context.WriteJsonAsync(StatusCodes.Status200OK, Qod010Mapping.ToWire(profile), Qod010Answers.Default.QosProfileBody)
            : context.WriteFaultAsync(new Fault(FaultKind.QosProfileUnknown));
    }
}
