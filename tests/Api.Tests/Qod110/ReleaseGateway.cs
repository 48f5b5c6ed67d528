using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Authorization;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Profiles;

namespace QodOrleans.Api.Tests.Qod110;

/// <summary>The gateway with a client of release r3.2 before it: whatever is answered must be in that operation's description.</summary>
public class ReleaseGateway : Gateway
{
    /// <summary>The line of every 3-legged token here.</summary>
    public const string LinePhone = "+34699999999";

    private readonly Dictionary<string, OpenApiDocument> documents = [];

    public ReleaseGateway()
        : this([])
    {
    }

    protected ReleaseGateway(params KeyValuePair<string, string?>[] settings)
        : base(settings, ReleaseProfiles)
    {
    }

    internal static QosProfileCatalog ReleaseProfiles { get; } = new(
    [
        .. Profiles.All,
        new QosProfile { Name = "FIFTY", MaxDuration = new QosDuration(50_000, TimeUnit.Seconds) },
        new QosProfile { Name = "RESTING", Status = QosProfileStatus.Inactive },
        new QosProfile { Name = "OURS", Operators = ["offers"] },
        new QosProfile { Name = "ABROAD", CountryAvailability = [new CountryAvailability("ES", ["21407"]), new CountryAvailability("DE")] },
    ]);

    /// <summary>A 3-legged token; each user is one person on the same line.</summary>
    public string UserToken(string user = "user-1", string client = "my-app-id", string phone = LinePhone, string at = "offers") =>
        Services.GetRequiredService<AccessTokens>().Issue(client, user, new SubscriberLine(new OperatorId(at), new Device { PhoneNumber = phone }), [.. Scopes.All]);

    /// <summary>Asks as the operation is described, and holds the answer against the description: status, headers and body.</summary>
    /// <param name="operationId">For example <c>createSession</c>.</param>
    /// <param name="argument">What stands in the path for <c>sessionId</c> or <c>name</c>.</param>
    public async Task<Answer> AskAsync(string operationId, string? body = null, string? argument = null, string? token = Mock, params (string Name, string Value)[] headers)
    {
        var document = await DocumentOfAsync(operationId);
        var (method, path, operation) = document.Operation(operationId);
        if (argument is not null) path = path[..path.IndexOf('{', StringComparison.Ordinal)] + argument + path[(path.IndexOf('}', StringComparison.Ordinal) + 1)..];
        var correlator = Guid.NewGuid().ToString("D");
        var answer = await SendAsync(method, path, body, token, headers: [("x-correlator", correlator), .. headers]);

        Assert.Equal(correlator, answer.Header("x-correlator"));
        Assert.Equal([], Complaints(document, operation, answer));
        return answer;
    }

    public Task<Answer> CreateSessionAsync(Action<JsonObject>? change = null, string token = Mock) => AskAsync("createSession", Body(change).ToJsonString(), token: token);

    /// <summary>A session of the token's own line.</summary>
    public Task<Answer> CreateOwnSessionAsync(string token, Action<JsonObject>? change = null) => CreateSessionAsync(
        body =>
        {
            body.Remove("device");
            change?.Invoke(body);
        },
        token);

    /// <summary>A new session's id.</summary>
    public async Task<string> SessionAsync(Action<JsonObject>? change = null, string token = Mock)
    {
        var answer = await CreateSessionAsync(change, token);
        Assert.Equal(201, answer.Status);
        return (string)answer.Json["sessionId"]!;
    }

    /// <summary>What about the answer is not as described.</summary>
    internal static string[] Complaints(OpenApiDocument document, JsonNode operation, Answer answer)
    {
        if (operation["responses"]![$"{answer.Status}"] is not { } described) return [$"the status {answer.Status} is not described: {answer.Text}"];
        var response = document.Resolve(described);
        if (response["content"] is not { } content) return answer.Text.Length == 0 ? [] : [$"a body is not described: {answer.Text}"];
        return content[answer.Header("Content-Type")!] is { } media
            ? document.Complaints(media["schema"]!, answer.Json)
            : [$"the media type {answer.Header("Content-Type")} is not described"];
    }

    private async Task<OpenApiDocument> DocumentOfAsync(string operationId)
    {
        var name = operationId.Contains("Profile", StringComparison.Ordinal) ? "qos-profiles-1.1" : "quality-on-demand-1.1";
        if (documents.TryGetValue(name, out var known)) return known;
        return documents[name] = new OpenApiDocument((await SendAsync("GET", $"/openapi/{name}.json", token: null)).Json);
    }
}
