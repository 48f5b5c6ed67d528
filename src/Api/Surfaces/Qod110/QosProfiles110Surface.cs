using System.Text.Json.Serialization.Metadata;
using QodOrleans.Api.Http;
using QodOrleans.Authorization;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;

namespace QodOrleans.Api.Surfaces.Qod110;

/// <summary>CAMARA qos-profiles 1.1.0 (release r3.2) at <c>/qos-profiles/v1</c>.</summary>
internal sealed class QosProfiles110Surface(ISessionEngine engine, QosProfileCatalog profiles)
{
    private const string Name = "qos-profiles-1.1";

    private const string ReadScope = "qos-profiles:read";

    public static readonly Surface Surface = new(Name, "/qos-profiles/v1", Map, Qod110Errors.Describe)
    {
        OpenApiResource = "Surfaces.Qod110.qos-profiles.openapi.json",
        ApiName = "qos-profiles",
        Scopes = [ReadScope],
    };

    private static readonly JsonTypeInfo<RetrieveQosProfilesBody> RetrieveType = JsonBody.Strict<RetrieveQosProfilesBody>(Qod110Requests.Default);

    private static void Map(IEndpointRouteBuilder routes, Surface surface)
    {
        var operations = ActivatorUtilities.CreateInstance<QosProfiles110Surface>(routes.ServiceProvider);
        var group = routes.MapGroup(surface.Root.Value!).WithMetadata(surface);
        group.MapPost("/retrieve-qos-profiles", operations.RetrieveQosProfiles).RequireScope(ReadScope);
        group.MapGet("/qos-profiles/{name}", operations.GetQosProfile).RequireScope(ReadScope);
    }

    private async Task RetrieveQosProfiles(HttpContext context)
    {
        var caller = context.Caller();
        Device?[] devices = [];
        var (body, fault) = await JsonBody.ReadAsync(context, RetrieveType);
        var error = body is null ? Qod110Errors.Describe(fault) : Check(body) ?? Qod110Device.Choose(body.Device, caller, required: false, out devices);
        if (error is not null)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        var at = caller.Line?.Operator;
        if (body!.Device is not null)
        {
            var identified = await Qod110Device.AskAsync(devices, device => engine.IdentifyLineAsync(device!, context.RequestAborted), result => result.Error);
            if (identified.Line is not { } line)
            {
                await context.WriteErrorAsync(Qod110Errors.Of(identified.Error!));
                return;
            }
            at = line.Operator;
        }
        var found = profiles.All.Where(profile => IsListed(profile, at)
            && (body.Name is null || profile.Name == body.Name)
            && (body.Status is null || WireFormats.ToWire(profile.Status) == body.Status));
        await context.WriteJsonAsync(StatusCodes.Status200OK, [.. found.Select(Qod110Mapping.ToWire)], Qod110Answers.Default.QosProfileBodyArray);
    }

    private Task GetQosProfile(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (Qod110Mapping.CheckProfileName(name, "name") is { } error) return context.WriteErrorAsync(error);

        return profiles.Find(name) is { } profile && (context.Caller().Line is not { } line || profile.IsOfferedBy(line.Operator))
            ? context.WriteJsonAsync(StatusCodes.Status200OK, Qod110Mapping.ToWire(profile), Qod110Answers.Default.QosProfileBody)
            : context.WriteErrorAsync(Qod110Errors.NotFound);
    }

    /// <summary>A restricted profile is listed only for a device that may use it (the release's test definitions, 04 and 05).</summary>
    private static bool IsListed(QosProfile profile, OperatorId? at) => at is { } @operator ? profile.IsOfferedBy(@operator) : !profile.IsRestricted;

    private static ErrorAnswer? Check(RetrieveQosProfilesBody body) =>
        Qod110Device.Check(body.Device)
        ?? Qod110Mapping.CheckProfileName(body.Name, "name")
        ?? (body.Status is null or "ACTIVE" or "INACTIVE" or "DEPRECATED"
            ? null
            : Qod110Errors.InvalidArgument("status", "must be ACTIVE, INACTIVE or DEPRECATED"));
}
