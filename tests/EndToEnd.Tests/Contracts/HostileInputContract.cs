using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Contracts;

/// <param name="requests">How many; the environment variable QOD_E2E_HOSTILE_REQUESTS asks for more.</param>
public abstract class HostileInputContract(Service service, int requests)
{
    private static readonly TimeSpan NoHang = TimeSpan.FromSeconds(10);

    private static readonly int Seed = Setting("QOD_E2E_SEED", 20260102);

    [Fact]
    public async Task Thousands_of_hostile_requests_meet_no_5xx_no_hang_and_always_the_error_shape()
    {
        using var client = await service.ClientAsync();
        var hostile = new HostileRequests(Seed, client.Token, (await client.CreateAsync("+34611000098"))["sessionId"]!);
        var met = new ConcurrentDictionary<int, int>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Setting("QOD_E2E_HOSTILE_REQUESTS", requests)), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
        {
            var request = hostile.Make(number);
            var address = number % 2 == 0 ? service.Address : service.OtherAddress;
            try
            {
                var answer = await RawHttp.SendAsync(address.Port, request.Bytes, halfClose: !request.WellFormed, NoHang);
                Check(request, answer);
                if (request.WellFormed) met.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
            }
            catch (Exception broken)
            {
                throw new InvalidOperationException($"seed {Seed}, request {number}: {broken.Message}\n{Show(request.Bytes)}", broken);
            }
        });

        // The requests got to where they hurt.
        int[] expected = [200, 201, 400, 401, 404, 405, 406, 413, 415];
        Assert.True(expected.All(met.ContainsKey), $"met only {string.Join(", ", met.OrderBy(pair => pair.Key))}");

        // And it still does its work.
        Assert.Equal(HttpStatusCode.Created, (await client.CreateAsync("+34611000099")).Status);
    }

    private static void Check(HostileRequest request, RawAnswer answer)
    {
        // 505 is what HTTP has for a version that does not exist.
        Assert.True(answer.Status < 500 || (answer.Status == 505 && !request.WellFormed), $"answered {answer.Status}: {answer.Text}");
        Assert.False(answer.Headers.ContainsKey("Server"), "names its server");
        Assert.DoesNotContain("   at ", answer.Text, StringComparison.Ordinal);
        if (!request.WellFormed)
        {
            // The server itself may refuse what is no HTTP, without a body; a body has the one shape.
            if (answer.Status >= 400 && answer.Body.Length > 0) CheckShape(request, answer);
            return;
        }
        Assert.NotEqual(0, answer.Status);
        if (answer.Status >= 400) CheckShape(request, answer);
        if (answer.Status == 405) Assert.True(answer.Headers.ContainsKey("Allow"), "405 without Allow");
    }

    private static void CheckShape(HostileRequest request, RawAnswer answer)
    {
        Assert.StartsWith("application/json", answer.Headers.GetValueOrDefault("Content-Type", "(none)"), StringComparison.Ordinal);
        var body = JsonNode.Parse(answer.Body)!.AsObject();
        if (request.Path == "/token" && body.ContainsKey("error")) return; // OAuth has a shape of its own.
        Assert.Equal(["code", "message", "status"], body.Select(member => member.Key).Order());
        Assert.Equal(answer.Status, body["status"]!.GetValue<int>());
        Assert.Equal(JsonValueKind.String, body["code"]!.GetValueKind());
        Assert.NotEmpty(body["message"]!.GetValue<string>());
    }

    private static string Show(byte[] request) => Encoding.Latin1.GetString(request, 0, Math.Min(request.Length, 1500));

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
