using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;

namespace QodOrleans.Api.Http;

/// <summary>On an endpoint that shares method and path with an older or newer one: it takes a request whose body has one of its own members, and
/// none of the other's. Everything else, what cannot be read included, is the other's.</summary>
internal sealed class BodyMembers(string[] own, string[] others)
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 64 };

    /// <param name="body">The whole of it, or as much as there is.</param>
    public bool Claims(ReadOnlySpan<byte> body)
    {
        var claimed = false;
        var reader = new Utf8JsonReader(body, ReaderOptions);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                foreach (var name in others)
                    if (reader.ValueTextEquals(name)) return false;
                foreach (var name in own) claimed |= reader.ValueTextEquals(name);
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What is no JSON up to here has still said by its members whose it is.
        }
        return claimed;
    }
}

/// <summary>Chooses between two surfaces that share a path by looking into the body, which the chosen one then reads from its start.</summary>
/// <remarks>Nobody is authenticated yet: what comes without a token, too big or too slowly is not looked into.</remarks>
internal sealed class BodyChoice(IOptions<ApiOptions> options, TimeProvider time) : MatcherPolicy, IEndpointSelectorPolicy
{
    // After all that looks at the request line and headers.
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<BodyMembers>() is not null);

    public async Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var guest = -1;
        var rivals = 0;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i)) continue;
            rivals++;
            if (candidates[i].Endpoint.Metadata.GetMetadata<BodyMembers>() is not null) guest = i;
        }
        if (guest < 0 || rivals < 2) return;

        var claims = await IsClaimedAsync(httpContext, candidates[guest].Endpoint.Metadata.GetMetadata<BodyMembers>()!);
        for (var i = 0; i < candidates.Count; i++) candidates.SetValidity(i, candidates.IsValidCandidate(i) && i == guest == claims);
    }

    private async ValueTask<bool> IsClaimedAsync(HttpContext context, BodyMembers members)
    {
        if (context.Request.Headers.Authorization.Count == 0 || context.Request.ContentLength > JsonBody.LongestBytes) return false;

        var reader = context.Request.BodyReader;
        using var patience = new CancellationTokenSource(options.Value.RequestTimeout, time);
        await using var aborted = context.RequestAborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), patience);
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                return false;
            }
            var enough = read.IsCompleted || read.Buffer.Length > JsonBody.LongestBytes;
            var claimed = enough && members.Claims(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
            // Looked at, not taken: whoever handles the request reads it all again.
            reader.AdvanceTo(read.Buffer.Start, enough ? read.Buffer.Start : read.Buffer.End);
            if (enough) return claimed;
        }
    }
}
