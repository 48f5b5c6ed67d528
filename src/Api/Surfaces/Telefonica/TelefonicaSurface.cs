using System.Text.Json.Serialization.Metadata;
using QodOrleans.Api.Http;
using QodOrleans.Api.Releases.Qod010;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Telefonica;

/// <summary>Telefónica's OpenAPI document at <c>/v1/qod</c>: CAMARA 0.10 with a list, scopes and dates of its own.</summary>
internal sealed class TelefonicaSurface(ISessionEngine engine, SessionOperations sessions, SinkPolicy sinks, ISecretProtector protector)
{
    public const string Name = "telefonica-qod";

    private const string WriteScope = "qod:sessions:write";
    private const string ReadScope = "qod:sessions:read";

    public static readonly Surface Surface = new(Name, "/v1/qod", Map, TelefonicaErrors.Describe)
    {
        RootInPaths = "/qod",
        OpenApiResource = "Surfaces.Telefonica.openapi.json",
        ApiName = "qod",
        Scopes = [WriteScope, ReadScope],
        DescribeError = TelefonicaErrors.Of,
        WriteSession = WriteSessionAsync,
    };

    private static readonly JsonTypeInfo<CreateSessionBody> CreateSessionType = JsonBody.Strict<CreateSessionBody>(TelefonicaRequests.Default);

    private readonly TelefonicaMapping mapping = new(sinks, protector);

    private static void Map(IEndpointRouteBuilder routes, Surface surface)
    {
        var sessions = routes.ServiceProvider.GetRequiredService<SessionOperations>();
        var operations = ActivatorUtilities.CreateInstance<TelefonicaSurface>(routes.ServiceProvider);
        var group = routes.MapGroup(surface.Root.Value!).WithMetadata(surface);
        group.MapPost("/sessions", operations.CreateQodSession).RequireScope(WriteScope);
        group.MapGet("/sessions", operations.ListQodSessions).RequireScope(ReadScope);
        group.MapGet("/sessions/{sessionId}", sessions.GetSession).RequireScope(ReadScope);
        group.MapDelete("/sessions/{sessionId}", sessions.DeleteSession).RequireScope(WriteScope);
    }

    private async Task CreateQodSession(HttpContext context)
    {
        var (body, unread) = await JsonBody.ReadAsync(context, CreateSessionType);
        var fault = body is null ? unread : mapping.Check(body, context.Caller());
        if (fault is { } wrong) await sessions.RefuseAsync(context, wrong);
        else await sessions.CreateAsync(context, mapping.ToDomain(body!, context.Caller(), Correlator.Of(context)));
    }

    /// <summary>"All active sessions": the caller's own, REQUESTED or AVAILABLE (docs/conformance.md, R37).</summary>
    private async Task ListQodSessions(HttpContext context)
    {
        var result = await engine.ListSessionsAsync(context.Caller(), context.RequestAborted);
        if (result.Sessions is { } found)
            await context.WriteJsonAsync(StatusCodes.Status200OK, [.. found.Select(TelefonicaMapping.ToWire)], TelefonicaAnswers.Default.SessionInfoBodyArray);
        else await context.WriteErrorAsync(TelefonicaErrors.Of(result.Error!));
    }

    private static Task WriteSessionAsync(HttpContext context, int status, QosSession session) =>
        context.WriteJsonAsync(status, TelefonicaMapping.ToWire(session), TelefonicaAnswers.Default.SessionInfoBody);
}
