using System.Globalization;
using System.Net;
using QodOrleans.EndToEnd.Tests.Support;
using QodOrleans.TestSupport;

namespace QodOrleans.EndToEnd.Tests;

[Collection<Alone>]
public sealed class ConcurrentCreateTests(PostgresServer postgres)
{
    private const int Clients = 100;

    /// <summary>20; the environment variable QOD_E2E_ROUNDS asks for more.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("QOD_E2E_ROUNDS") ?? "20", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Of_a_hundred_creates_for_one_device_and_flow_exactly_one_succeeds()
    {
        await using var broker = await Broker.StartAsync(postgres);
        using var client = await broker.ClientAsync();

        for (var round = 0; round < Rounds; round++)
        {
            var phoneNumber = string.Create(CultureInfo.InvariantCulture, $"+3462{round:0000}0000");
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var creates = Enumerable.Range(0, Clients).Select(async _ =>
            {
                await start.Task;
                return await client.CreateAsync(phoneNumber);
            }).ToArray();
            start.SetResult();
            var answers = await Task.WhenAll(creates);

            var byStatus = answers.CountBy(answer => answer.Status).OrderBy(pair => pair.Key).ToArray();
            Assert.Equal([new(HttpStatusCode.Created, 1), new(HttpStatusCode.Conflict, Clients - 1)], byStatus);

            var winner = answers.Single(answer => answer.Status == HttpStatusCode.Created)["sessionId"]!;
            Assert.Equal("AVAILABLE", (await client.GetAsync(winner))["qosStatus"]);
        }
    }
}
