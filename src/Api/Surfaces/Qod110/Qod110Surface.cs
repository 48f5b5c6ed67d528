using System.Text.Json.Serialization.Metadata;
using QodOrleans.Api.Auth;
using QodOrleans.Api.Http;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>CAMARA quality-on-demand 1.1.0 (release r3.2) at <c>/quality-on-demand/v1</c>.</summary>
internal sealed class Qod110Surface(
    ISessionEngine engine, QosProfileCatalog profiles, SinkPolicy sinks, ISinkTokenProtector protector, ApiMetrics metrics, ILogger<Qod110Surface> log)
{
    public const string Name = "quality-on-demand-1.1";

    public const string Root = "/quality-on-demand/v1";

    private const string CreateScope = "quality-on-demand:sessions:create";
    private const string ReadScope = "quality-on-demand:sessions:read";
    private const string UpdateScope = "quality-on-demand:sessions:update";
    private const string DeleteScope = "quality-on-demand:sessions:delete";
    private const string RetrieveScope = "quality-on-demand:sessions:retrieve-by-device";

    public static readonly Surface Surface = new(Name, Root, Map, Qod110Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod110.quality-on-demand.openapi.json",
        ApiName = "quality-on-demand",
        Scopes = [CreateScope, ReadScope, UpdateScope, DeleteScope, RetrieveScope],
        EventFormat = typeof(Qod110EventFormat),
    };

    private static readonly JsonTypeInfo<CreateSessionBody> CreateSessionType = JsonBody.Strict<CreateSessionBody>(Qod110Requests.Default);
    private static readonly JsonTypeInfo<ExtendSessionDurationBody> ExtendSessionDurationType = JsonBody.Strict<ExtendSessionDurationBody>(Qod110Requests.Default);
    private static readonly JsonTypeInfo<RetrieveSessionsBody> RetrieveSessionsType = JsonBody.Strict<RetrieveSessionsBody>(Qod110Requests.Default);

    private static readonly ErrorAnswer SessionIdInvalid = Qod110Errors.InvalidArgument("sessionId", "must be a UUID of 36 characters");

    private readonly Qod110Mapping mapping = new(sinks, protector);

    private static void Map(IEndpointRouteBuilder routes)
    {
        var operations = ActivatorUtilities.CreateInstance<Qod110Surface>(routes.ServiceProvider);
        var group = routes.MapGroup(Root).WithMetadata(Surface);
        group.MapPost("/sessions", operations.CreateSession).RequireScope(CreateScope);
        group.MapGet("/sessions/{sessionId}", operations.GetSession).RequireScope(ReadScope);
        group.MapDelete("/sessions/{sessionId}", operations.DeleteSession).RequireScope(DeleteScope);
        group.MapPost("/sessions/{sessionId}/extend", operations.ExtendQosSessionDuration).RequireScope(UpdateScope);
        group.MapPost("/retrieve-sessions", operations.RetrieveSessionsByDevice).RequireScope(RetrieveScope);
    }

    private async Task CreateSession(HttpContext context)
    {
        var caller = context.Caller();
        Device?[] devices = [];
        var (body, fault) = await JsonBody.ReadAsync(context, CreateSessionType);
        var error = body is null ? Qod110Errors.Describe(fault) : mapping.Check(body) ?? Qod110Device.Choose(body.Device, caller, required: true, out devices);
        if (error is not null)
        {
            await RefuseAsync(error);
            return;
        }

        var result = await Qod110Device.AskAsync(
            devices,
            device => engine.CreateSessionAsync(mapping.ToDomain(body!, device, caller, Correlator.Of(context)), context.RequestAborted),
            result => result.Error);
        if (result.Session is not { } session)
        {
            await RefuseAsync(Qod110Errors.Of(result.Error!));
            return;
        }
        metrics.Created(Name, "201");
        log.SessionCreated(session.Id, Correlator.Of(context));
        context.Response.Headers.Location = $"{Root}/sessions/{session.Id}";
        await context.WriteJsonAsync(StatusCodes.Status201Created, Qod110Mapping.ToWire(session), Qod110Answers.Default.SessionInfoBody);

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
        if (result.Error is { } error) await context.WriteErrorAsync(Qod110Errors.Of(error));
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
        var error = body is null
            ? Qod110Errors.Describe(fault)
            : Qod110Mapping.CheckSeconds(body.RequestedAdditionalDuration, "requestedAdditionalDuration");
        if (error is not null)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        // The limit depends on the session's profile, which never changes: reading it first races with nothing.
        var found = await engine.GetSessionAsync(id, context.Caller(), context.RequestAborted);
        if (found.Session is not { } session)
        {
            await AnswerAsync(context, found);
            return;
        }
        var additional = TimeSpan.FromSeconds(body!.RequestedAdditionalDuration!.Value);
        var extended = await engine.ExtendQosSessionDurationAsync(id, context.Caller(), additional, LimitFor(session), context.RequestAborted);

        // The message names the state: the one just read, or the only one that can follow AVAILABLE.
        if (extended.Error is { Code: SessionErrorCode.SessionInactive })
            await context.WriteErrorAsync(Qod110Errors.ExtensionNotAllowed(session.Status == QosStatus.Requested ? "REQUESTED" : "UNAVAILABLE"));
        else await AnswerAsync(context, extended);
    }

    /// <summary>Since 0.11 the overall duration is limited, whatever of it has passed.</summary>
    private ExtensionLimit.OverallAtMost LimitFor(QosSession session) =>
        new(profiles.Find(session.Terms.QosProfile)?.LongestDuration ?? TimeSpan.FromDays(1));

    private async Task RetrieveSessionsByDevice(HttpContext context)
    {
        var caller = context.Caller();
        Device?[] devices = [];
        var (body, fault) = await JsonBody.ReadAsync(context, RetrieveSessionsType);
        var error = body is null
            ? Qod110Errors.Describe(fault)
            : Qod110Device.Check(body.Device) ?? Qod110Device.Choose(body.Device, caller, required: true, out devices);
        if (error is not null)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        var result = await Qod110Device.AskAsync(
            devices, device => engine.RetrieveSessionsAsync(caller, device, context.RequestAborted), result => result.Error);
        if (result.Sessions is { } sessions)
            await context.WriteJsonAsync(StatusCodes.Status200OK, [.. sessions.Select(Qod110Mapping.ToWire)], Qod110Answers.Default.SessionInfoBodyArray);
        else await context.WriteErrorAsync(Qod110Errors.Of(result.Error!));
    }

    private static bool TryReadSessionId(HttpContext context, out SessionId id) => SessionId.TryParse((string?)context.Request.RouteValues["sessionId"], out id);

    private static Task AnswerAsync(HttpContext context, SessionResult result) => result.Session is { } session
        ? context.WriteJsonAsync(StatusCodes.Status200OK, Qod110Mapping.ToWire(session), Qod110Answers.Default.SessionInfoBody)
        : context.WriteErrorAsync(Qod110Errors.Of(result.Error!));
}
