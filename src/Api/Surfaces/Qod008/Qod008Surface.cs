using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using QodOrleans.Api.Http;
using QodOrleans.Api.Releases.Qod010;
using QodOrleans.Authorization;
using QodOrleans.Core.Notifications;
using QodOrleans.Core.Profiles;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Surfaces.Qod008;

/// <summary>The legacy shape, CAMARA QoD 0.8 with what Telefónica's developer site adds to it, at <c>/qod/v0/sessions</c>. It only makes sessions of its own:
/// that path belongs to a newer release, whose operations show each session in the shape that it was made in.</summary>
internal sealed class Qod008Surface(
    SessionOperations sessions, QosProfileCatalog profiles, SinkPolicy sinks, ISecretProtector protector, IOptions<ApiOptions> options)
{
    public const string Name = "qod-0.8";

    /// <summary>0.8.1 calls the callback <c>notificationUrl</c>; a session that was made with that name keeps it.</summary>
    public const string Name081 = "qod-0.8.1";

    public static readonly Surface Surface = new(Name, "/qod/v0", Map, Qod008Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod008.openapi.json",
        DescribeError = Qod008Errors.Of,
        WriteSession = WriteSessionAsync,
    };

    public static readonly Surface Surface081 = Surface with { Name = Name081, Map = (_, _) => { }, OpenApiResource = null };

    private static readonly JsonTypeInfo<CreateSessionBody> CreateSessionType = JsonBody.Strict<CreateSessionBody>(Qod008Requests.Default);

    private readonly Qod008Mapping mapping = new(profiles, sinks, protector, options.Value.LegacySinkToken);

    private static void Map(IEndpointRouteBuilder routes, Surface surface)
    {
        var operations = ActivatorUtilities.CreateInstance<Qod008Surface>(routes.ServiceProvider);
        routes.MapPost(surface.Root + "/sessions", operations.CreateSession)
            .RequireScope(QodScopes.SessionsWrite)
            .WithMetadata(surface, new BodyMatchMetadata(own: ["ueId", "asId", "qos"], others: ["device", "applicationServer", "qosProfile"]));
    }

    private async Task CreateSession(HttpContext context)
    {
        var (body, unread) = await JsonBody.ReadAsync(context, CreateSessionType);
        var fault = body is null ? unread : mapping.Check(body, context.Caller());
        if (fault is { } wrong) await sessions.RefuseAsync(context, wrong);
        else await sessions.CreateAsync(context, mapping.ToDomain(body!, context.Caller(), Correlator.Of(context)));
    }

    private static Task WriteSessionAsync(HttpContext context, int status, QosSession session) =>
        context.WriteJsonAsync(status, Qod008Mapping.ToWire(session), Qod008Answers.Default.SessionInfoBody);
}
