using System.Net;
using System.Text;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>The applications' servers, and their own books of what came in.</summary>
internal sealed class Sinks(World world)
{
    private readonly HashSet<SessionId> gone = [];

    public static IReadOnlyList<string> Hosts { get; } = ["one.example", "two.example", "three.example"];

    public List<Receipt> Receipts { get; } = [];

    public bool IsGoneFor(SessionId session) => gone.Contains(session);

    /// <returns>Null: no answer at all.</returns>
    public HttpResponseMessage? Take(Uri url, byte[] body, Silo by)
    {
        var text = Encoding.UTF8.GetString(body);
        if (!SessionId.TryParse(Value(text, "sessionId"), out var session)) throw new FormatException($"This is no event: {text}");
        var id = Guid.Parse(Value(text, "id"));
        var faults = world.Faults;
        var answer = gone.Contains(session) ? HttpStatusCode.Gone
            : faults.Happens(Fault.SinkFails, 0.1) ? HttpStatusCode.ServiceUnavailable
            : faults.Happens(Fault.SinkAsksForPause, 0.05) ? HttpStatusCode.TooManyRequests
            : faults.Happens(Fault.SinkRefuses, 0.02) ? HttpStatusCode.BadRequest
            : faults.Happens(Fault.SinkGone, 0.02) ? HttpStatusCode.Gone
            : HttpStatusCode.NoContent;
        Receipts.Add(new Receipt(session, id, Value(text, "qosStatus"), Value(text, "statusInfo"), url.Host, text, answer == HttpStatusCode.NoContent, by));
        if (answer == HttpStatusCode.Gone) gone.Add(session);
        if (world.Trace.IsOn)
            world.Trace.Note($"{url.Host} is told by {by} of {world.Trace.Name(session)} {Value(text, "qosStatus")} {Value(text, "statusInfo")}: {answer}");
        if (faults.Happens(Fault.SinkAnswerLost, 0.05)) return null;

        var response = new HttpResponseMessage(answer);
        if (answer == HttpStatusCode.TooManyRequests) response.Headers.RetryAfter = new(world.Chance.Between(1, 20));
        return response;
    }

    private static string Value(string json, string name)
    {
        var at = json.IndexOf($"\"{name}\":\"", StringComparison.Ordinal);
        if (at < 0) return "";
        var from = at + name.Length + 4;
        return json[from..json.IndexOf('"', from)];
    }
}

/// <param name="Info">Empty where there is none.</param>
/// <param name="IsTaken">The sink has it, whether or not its answer arrived.</param>
/// <param name="By">Who told it.</param>
internal readonly record struct Receipt(SessionId Session, Guid Event, string Status, string Info, string Host, string Body, bool IsTaken, Silo By);

/// <summary>The way from a process to the sinks.</summary>
internal sealed class SinkNetwork(World world, Silo silo) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        cancellationToken.UnsafeRegister(static answer => ((TaskCompletionSource<HttpResponseMessage>)answer!).TrySetCanceled(), answer);
        var url = request.RequestUri!;
        var body = request.Content!.ReadAsByteArrayAsync(CancellationToken.None).GetAwaiter().GetResult();
        if (world.Faults.Happens(Fault.SinkUnreachable, 0.05))
        {
            world.Scheduler.After(Way(), silo, () => answer.TrySetException(new HttpRequestException(HttpRequestError.ConnectionError)));
        }
        else if (!world.Faults.Happens(Fault.SinkSilent, 0.03))
        {
            world.Scheduler.After(Way(), null, () =>
            {
                if (world.Sinks.Take(url, body, silo) is { } response) world.Scheduler.After(Way(), silo, () => answer.TrySetResult(response));
            });
        }
        return answer.Task;
    }

    private TimeSpan Way() => world.Chance.Next(3) == 0 ? world.Chance.Between(0, world.Chance.Next(10) == 0 ? 3 : 0.1) : TimeSpan.Zero;
}
