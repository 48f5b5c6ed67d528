using System.Net;
using QodOrleans.Bench.Database;
using QodOrleans.Bench.Http;
using QodOrleans.Bench.Processes;

namespace QodOrleans.Bench.Scenarios;

/// <summary>Sessions that the host makes once, to be copied as rows.</summary>
internal static class Templates
{
    public static async Task<SessionRows> TakeAsync(Run run, Installation installation, IPEndPoint host, string token, Uri? sink)
    {
        var create = Requests.Create(host, token, sink, Requests.LongDurationSeconds);
        using var connection = await HttpConnection.ConnectAsync(host, run.Cancellation);
        var answer = await connection.SendAsync(create.NewSource()(), run.Cancellation);
        if (answer.Status != create.ExpectedStatus)
            throw new InvalidOperationException($"A create was answered {answer.Status}: {System.Text.Encoding.UTF8.GetString(answer.Body.Span)}");
        return await SessionRows.TakeAsync(installation.Database, Requests.SessionIdOf(answer.Body), sink is null ? "quiet" : "told", run.Cancellation);
    }
}
