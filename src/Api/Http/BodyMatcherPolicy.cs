using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;

namespace QodOrleans.Api.Http;

/// <summary>Metadata of an endpoint that shares method and path with another release's: it gets the requests whose body has one of its own members and none of
/// the other's. All others, unreadable ones included, go to the other endpoint.</summary>
internal sealed class BodyMatchMetadata(string[] own, string[] others)
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
                var (isOthers, isOwn) = (IsAnyOf(ref reader, others), IsAnyOf(ref reader, own));
                // Null means absent.
                if (!reader.Read() || reader.TokenType == JsonTokenType.Null) continue;
                if (isOthers) return false;
                claimed |= isOwn;
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON from here on, but the members before it have decided.
        }
        return claimed;
    }

    private static bool IsAnyOf(ref Utf8JsonReader reader, string[] names)
    {
        foreach (var name in names)
            if (reader.ValueTextEquals(name)) return true;
        return false;
    }
}

/// <summary>Chooses between two surfaces that share a path by looking into the body, which the chosen one then reads from its start.</summary>
/// <remarks>This runs before authentication: a body without a token, or too big, is not looked into, and one that comes too slowly is refused.</remarks>
internal sealed class BodyMatcherPolicy(IOptions<ApiOptions> options, TimeProvider time) : MatcherPolicy, IEndpointSelectorPolicy
{
    // After all that looks at the request line and headers.
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<BodyMatchMetadata>() is not null);

    public async Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var guest = -1;
        var rivals = 0;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i)) continue;
            rivals++;
            if (candidates[i].Endpoint.Metadata.GetMetadata<BodyMatchMetadata>() is not null) guest = i;
        }
        if (guest < 0 || rivals < 2) return;

        var claims = await IsClaimedAsync(httpContext, candidates[guest].Endpoint.Metadata.GetMetadata<BodyMatchMetadata>()!);
        for (var i = 0; i < candidates.Count; i++) candidates.SetValidity(i, candidates.IsValidCandidate(i) && i == guest == claims);
    }

    private ValueTask<bool> IsClaimedAsync(HttpContext context, BodyMatchMetadata members)
    {
        if (context.Request.Headers.Authorization.Count == 0 || context.Request.ContentLength > JsonBody.LongestBytes) return new(false);

        // Mostly the body has come together with the head: then there is nothing to wait for.
        var reader = context.Request.BodyReader;
        return reader.TryRead(out var read) && Look(reader, read, members) is { } claimed ? new(claimed) : WaitAsync(context, members);
    }

    private async ValueTask<bool> WaitAsync(HttpContext context, BodyMatchMetadata members)
    {
        var reader = context.Request.BodyReader;
        await using var timeout = time.CreateTimer(
            static waiting => ((PipeReader)waiting!).CancelPendingRead(), reader, options.Value.RequestTimeout, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (Look(reader, read, members) is { } claimed) return claimed;
            if (read.IsCanceled) throw new BadHttpRequestException("The body comes too slowly.", StatusCodes.Status408RequestTimeout);
        }
    }

    /// <summary>Looks without consuming: the endpoint reads the body again from its start.</summary>
    /// <returns>Null where there is more to come.</returns>
    private static bool? Look(PipeReader reader, ReadResult read, BodyMatchMetadata members)
    {
        var buffer = read.Buffer;
        if (!read.IsCompleted && buffer.Length <= JsonBody.LongestBytes)
        {
            reader.AdvanceTo(buffer.Start, buffer.End);
            return null;
        }
        var claimed = members.Claims(buffer.IsSingleSegment ? buffer.FirstSpan : buffer.ToArray());
        reader.AdvanceTo(buffer.Start);
        return claimed;
    }
}
