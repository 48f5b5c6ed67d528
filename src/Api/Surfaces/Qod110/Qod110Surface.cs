using System.Text.Json.Serialization.Metadata;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>CAMARA quality-on-demand 1.1.0 (release r3.2) at <c>/quality-on-demand/v1</c>.</summary>
internal sealed class Qod110Surface(
    ISessionEngine engine, SessionOperations sessions, QosProfileCatalog profiles, SinkPolicy sinks, ISecretProtector protector)
{
    public const string Name = "quality-on-demand-1.1";

    private const string CreateScope = "quality-on-demand:sessions:create";
    private const string ReadScope = "quality-on-demand:sessions:read";
    private const string UpdateScope = "quality-on-demand:sessions:update";
    private const string DeleteScope = "quality-on-demand:sessions:delete";
    private const string RetrieveScope = "quality-on-demand:sessions:retrieve-by-device";

    public static readonly Surface Surface = new(Name, "/quality-on-demand/v1", Map, Qod110Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod110.quality-on-demand.openapi.json",
        ApiName = "quality-on-demand",
        Scopes = [CreateScope, ReadScope, UpdateScope, DeleteScope, RetrieveScope],
        DescribeError = Qod110Errors.Of,
        WriteSession = WriteSessionAsync,
    };

    private static readonly JsonTypeInfo<CreateSessionBody> CreateSessionType = JsonBody.Strict<CreateSessionBody>(Qod110Requests.Default);
    private static readonly JsonTypeInfo<ExtendSessionDurationBody> ExtendSessionDurationType =
        JsonBody.Strict<ExtendSessionDurationBody>(Qod110Requests.Default);
    private static readonly JsonTypeInfo<RetrieveSessionsBody> RetrieveSessionsType = JsonBody.Strict<RetrieveSessionsBody>(Qod110Requests.Default);

    private readonly Qod110Mapping mapping = new(sinks, protector);

    private static void Map(IEndpointRouteBuilder routes, Surface surface)
    {
        var sessions = routes.ServiceProvider.GetRequiredService<SessionOperations>();
        var operations = ActivatorUtilities.CreateInstance<Qod110Surface>(routes.ServiceProvider);
        var group = routes.MapGroup(surface.Root.Value!).WithMetadata(surface);
        group.MapPost("/sessions", operations.CreateSession).RequireScope(CreateScope);
        group.MapGet("/sessions/{sessionId}", sessions.GetSession).RequireScope(ReadScope);
        group.MapDelete("/sessions/{sessionId}", sessions.DeleteSession).RequireScope(DeleteScope);
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
            await sessions.RefuseAsync(context, error);
            return;
        }

        var result = await Qod110Device.AskAsync(
            devices,
            device => sessions.MakeAsync(context, mapping.ToDomain(body!, device, caller, Correlator.Of(context))),
            result => result.Error);
        await sessions.AnswerCreateAsync(context, result);
    }

    private async Task ExtendQosSessionDuration(HttpContext context)
    {
        if (await SessionOperations.ReadSessionIdAsync(context) is not { } id) return;
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
            await sessions.AnswerAsync(context, found);
            return;
        }
        var additional = TimeSpan.FromSeconds(body!.RequestedAdditionalDuration!.Value);
        var extended = await engine.ExtendQosSessionDurationAsync(id, context.Caller(), additional, LimitFor(session), context.RequestAborted);

        // The message names the state: the one just read, or the only one that can follow AVAILABLE.
        if (extended.Error is { Code: SessionErrorCode.SessionInactive })
            await context.WriteErrorAsync(Qod110Errors.ExtensionNotAllowed(session.Status == QosStatus.Requested ? "REQUESTED" : "UNAVAILABLE"));
        else await sessions.AnswerAsync(context, extended);
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
            devices, device => RetrieveAsync(caller, device, context.RequestAborted), result => result.Error);
        if (result.Sessions is { } found)
            await context.WriteJsonAsync(StatusCodes.Status200OK, [.. found.Select(Qod110Mapping.ToWire)], Qod110Answers.Default.SessionInfoBodyArray);
        else await context.WriteErrorAsync(Qod110Errors.Of(result.Error!));
    }

    /// <summary>No sessions and no subscriber are two answers (docs/conformance.md, Q05), but the engine takes a phone number at its word. So its operator is
    /// asked, if no session proves already that it is known.</summary>
    private async Task<SessionListResult> RetrieveAsync(Caller caller, Device? device, CancellationToken cancellation)
    {
        var found = await engine.RetrieveSessionsAsync(caller, device, cancellation);
        if (device?.PhoneNumber is null || found.Sessions is not []) return found;

        var identified = await engine.IdentifyLineAsync(device, cancellation);
        return identified.Error is { } error ? error : found;
    }

    private static Task WriteSessionAsync(HttpContext context, int status, QosSession session) =>
        context.WriteJsonAsync(status, Qod110Mapping.ToWire(session), Qod110Answers.Default.SessionInfoBody);
}
