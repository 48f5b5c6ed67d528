using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>What is made at one address is there at the other, on every surface, in that one's shape.</summary>
[Collection<ThroughTheCluster>]
public sealed class SurfaceTests(ClusterService service)
{
    private const string AllScopes = "dpv:RequestedServiceProvision#qod dpv:RequestedServiceProvision#quality-on-demand";
    private const string Server = "198.51.100.7";

    private static readonly Surface Legacy = new("legacy", "/qod/v0/sessions", Extends: true,
        ["duration", "ueId", "asId", "qos", "id", "startedAt", "expiresAt", "qosStatus", "messages"],
        phone => new() { ["ueId"] = new JsonObject { ["msisdn"] = phone }, ["asId"] = new JsonObject { ["ipv4addr"] = Server }, ["qos"] = "QOS_E", ["duration"] = 300 });

    private static readonly Surface Qod010 = new("0.10", "/qod/v0/sessions", Extends: true,
        ["sessionId", "device", "applicationServer", "qosProfile", "duration", "startedAt", "expiresAt", "qosStatus"], phone => Request(phone));

    private static readonly Surface Telefonica = new("telefonica", "/v1/qod/sessions", Extends: false,
        ["sessionId", "device", "qosProfile", "qosStatus", "startedAt", "expiresAt", "duration"], phone => Request(phone));

    private static readonly Surface Orange = new("orange", "/camara/quality-on-demand/orange-lab/qod/v0/sessions", Extends: true, Qod010.Members, phone => Request(phone));

    private static readonly Surface Qod110 = new("1.1", "/quality-on-demand/v1/sessions", Extends: true,
        ["sessionId", "device", "applicationServer", "qosProfile", "duration", "startedAt", "expiresAt", "qosStatus"], phone => Request(phone));

    private static readonly Surface[] All = [Legacy, Qod010, Telefonica, Orange, Qod110];

    public static TheoryData<string, bool> Makers
    {
        get
        {
            var makers = new TheoryData<string, bool>();
            foreach (var surface in All)
            {
                makers.Add(surface.Name, false);
                makers.Add(surface.Name, true);
            }
            return makers;
        }
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_made_at_one_address_is_read_and_extended_at_the_other_on_every_surface(string maker, bool ofLine)
    {
        using var callers = await CallersAsync(ofLine);
        var (here, there, phone) = callers;
        var made = await MadeAsync(Find(maker), here, phone, ofLine);

        foreach (var place in Places(maker))
        {
            var read = await there.SendAsync(HttpMethod.Get, $"{place.Path}/{made.Id}");
            Assert.Equal(HttpStatusCode.OK, read.Status);
            AssertShape(place, read.Body!, made, ofLine, seconds: 300);
        }

        // A list has the other sessions of the client, and with a line's token those of the line only.
        var listed = (await there.SendAsync(HttpMethod.Get, Telefonica.Path)).Body!.AsArray();
        AssertShape(Telefonica, Assert.Single(listed, session => (string?)session!["sessionId"] == made.Id)!, made, ofLine, seconds: 300);
        if (ofLine) Assert.Single(listed);
        var device = ofLine ? new JsonObject() : new JsonObject { ["device"] = new JsonObject { ["phoneNumber"] = phone } };
        var retrieved = (await there.SendAsync(HttpMethod.Post, "/quality-on-demand/v1/retrieve-sessions", device)).Body!.AsArray();
        AssertShape(Qod110, Assert.Single(retrieved)!, made, ofLine, seconds: 300);

        var seconds = 300;
        foreach (var place in Places(maker).Where(place => place.Extends))
        {
            seconds += 10;
            var extended = await there.SendAsync(HttpMethod.Post, $"{place.Path}/{made.Id}/extend", new JsonObject { ["requestedAdditionalDuration"] = 10 });
            Assert.Equal(HttpStatusCode.OK, extended.Status);
            AssertShape(place, extended.Body!, made, ofLine, seconds);
            Assert.Equal(seconds, (await here.SendAsync(HttpMethod.Get, $"{place.Path}/{made.Id}")).Number("duration"));
        }
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_made_at_one_address_is_ended_at_the_other_on_any_surface_and_gone_on_all(string maker, bool ofLine)
    {
        using var callers = await CallersAsync(ofLine);
        var (here, there, phone) = callers;
        foreach (var end in Places(maker))
        {
            var made = await MadeAsync(Find(maker), here, phone, ofLine);
            Assert.Equal(HttpStatusCode.NoContent, (await there.SendAsync(HttpMethod.Delete, $"{end.Path}/{made.Id}")).Status);
            foreach (var place in Places(maker))
                foreach (var client in new[] { here, there })
                    AssertError(place, await client.SendAsync(HttpMethod.Get, $"{place.Path}/{made.Id}"), HttpStatusCode.NotFound);
        }
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public async Task A_session_made_at_one_address_is_closed_to_others_at_the_other_on_every_surface(string maker, bool ofLine)
    {
        using var callers = await CallersAsync(ofLine);
        var (here, there, phone) = callers;
        var made = await MadeAsync(Find(maker), here, phone, ofLine);
        using var rival = await QodClient.AuthorizeAsync(service.OtherAddress, "other-app-id", "other-app-secret");
        using var nobody = new QodClient(service.OtherAddress, here.Token[..^1] + (here.Token[^1] == 'A' ? 'Q' : 'A'));

        foreach (var place in Places(maker))
        {
            AssertError(place, await rival.SendAsync(HttpMethod.Get, $"{place.Path}/{made.Id}"), HttpStatusCode.Forbidden);
            AssertError(place, await rival.SendAsync(HttpMethod.Delete, $"{place.Path}/{made.Id}"), HttpStatusCode.Forbidden);
            AssertError(place, await nobody.SendAsync(HttpMethod.Get, $"{place.Path}/{made.Id}"), HttpStatusCode.Unauthorized);
        }
        foreach (var rivalry in All)
            AssertError(rivalry, await rival.SendAsync(HttpMethod.Post, rivalry.Path, rivalry.Body(phone)), HttpStatusCode.Conflict);
    }

    /// <summary>One token, shown at both addresses.</summary>
    private async Task<Callers> CallersAsync(bool ofLine)
    {
        var phone = PhoneNumber.Next();
        using var application = new Application(service);
        var here = ofLine ? new QodClient(service.Address, await application.LineTokenAsync(phone, AllScopes)) : await service.ClientAsync();
        return new Callers(here, new QodClient(service.OtherAddress, here.Token), phone);
    }

    private static async Task<Made> MadeAsync(Surface surface, QodClient client, string phone, bool ofLine)
    {
        var body = surface.Body(phone);
        // 1.1 takes the device of a line's token from the token alone.
        if (ofLine && surface == Qod110) body.Remove("device");
        var created = await client.SendAsync(HttpMethod.Post, surface.Path, body);
        Assert.True(created.Status == HttpStatusCode.Created, created.ToString());
        var made = new Made(surface, created["sessionId"] ?? created["id"]!, phone, StartOf(created.Body!));
        AssertShape(surface, created.Body!, made, ofLine, seconds: 300);
        return made;
    }

    private static void AssertShape(Surface place, JsonNode shown, Made made, bool ofLine, int seconds)
    {
        var members = shown.AsObject().Select(member => member.Key).ToArray();
        // 1.1 shows no device to who never named one; nor does anyone show the number of a session that was made so.
        var hidesDevice = ofLine && (place == Qod110 || made.By == Qod110);
        Assert.Equal(place.Members.Where(member => !(hidesDevice && place == Qod110 && member == "device")), members);
        if (hidesDevice) Assert.DoesNotContain(made.Phone[1..], shown.ToJsonString(), StringComparison.Ordinal);
        else Assert.Equal(made.Phone, (string?)(place == Legacy ? shown["ueId"]!["msisdn"] : shown["device"]!["phoneNumber"]));

        Assert.Equal(made.Id, (string?)(shown["sessionId"] ?? shown["id"]));
        Assert.Equal("AVAILABLE", (string?)shown["qosStatus"]);
        Assert.Equal("QOS_E", (string?)(shown["qosProfile"] ?? shown["qos"]));
        Assert.Equal(seconds, (int)shown["duration"]!);
        Assert.Equal(made.StartedAt, StartOf(shown));
        var isDate = place == Telefonica || place == Qod110;
        Assert.Equal(isDate ? JsonValueKind.String : JsonValueKind.Number, shown["startedAt"]!.GetValueKind());
        if (!isDate) Assert.Equal(seconds * (place == Legacy ? 1000L : 1L), (long)shown["expiresAt"]! - (long)shown["startedAt"]!);
    }

    /// <summary>In whole seconds since the epoch, whatever the shape.</summary>
    private static long StartOf(JsonNode shown) => shown["startedAt"]!.GetValueKind() == JsonValueKind.String
        ? DateTimeOffset.Parse((string)shown["startedAt"]!, CultureInfo.InvariantCulture).ToUnixTimeSeconds()
        : (long)shown["startedAt"]! / (shown["ueId"] is null ? 1 : 1000);

    private static void AssertError(Surface place, Answer answer, HttpStatusCode status)
    {
        Assert.True(answer.Status == status, $"{place.Name}: {answer}");
        var error = answer.Body!.AsObject();
        var code = error["code"]!.GetValueKind();
        Assert.Equal(place == Orange ? JsonValueKind.Number : JsonValueKind.String, code);
        Assert.NotEmpty((string)error["message"]!);
    }

    private static Surface Find(string name) => All.Single(surface => surface.Name == name);

    /// <summary>Where a session can be looked at: the shared path once, in the shape of the two that it was made in.</summary>
    private static Surface[] Places(string maker) => [maker == Legacy.Name ? Legacy : Qod010, Telefonica, Orange, Qod110];

    private static JsonObject Request(string phone) => new()
    {
        ["device"] = new JsonObject { ["phoneNumber"] = phone },
        ["applicationServer"] = new JsonObject { ["ipv4Address"] = Server },
        ["qosProfile"] = "QOS_E",
        ["duration"] = 300,
    };

    /// <param name="Members">Of a session, in their order.</param>
    /// <param name="Body">Asks for a session of 300 s for a number.</param>
    private sealed record Surface(string Name, string Path, bool Extends, string[] Members, Func<string, JsonObject> Body);

    private sealed record Callers(QodClient Here, QodClient There, string Phone) : IDisposable
    {
        public void Dispose()
        {
            Here.Dispose();
            There.Dispose();
        }
    }

    private sealed record Made(Surface By, string Id, string Phone, long StartedAt);
}
