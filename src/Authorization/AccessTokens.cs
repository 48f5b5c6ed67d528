using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;

namespace QodOrleans.Authorization;

/// <summary>A token's content: the client, the user and line it acts for, the scopes, and the times.</summary>
/// <param name="Subject">The pairwise name of the end user of a 3-legged token, never a phone number; null for a 2-legged one.</param>
/// <param name="Line">The line that a 3-legged token stands for; null for a 2-legged one.</param>
internal sealed record AccessToken(string ClientId, string? Subject, SubscriberLine? Line, string[] Scopes, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    [JsonIgnore]
    public Caller Caller { get; } = new(ClientId, Subject, Line);
}

/// <summary>Makes and reads access tokens: opaque to clients, self-contained for us, so that every gateway on the same key ring reads every token.</summary>
internal sealed class AccessTokens
{
    /// <summary>The version is part of the purpose: what another version wrote is no token. Tokens live on, so this name stays.</summary>
    private const string Purpose = "QodOrleans.Api.AccessToken.v2";

    /// <summary>Why a token is not taken that was once good.</summary>
    internal const string Expired = "the access token has expired";

    private const int LongestToken = 4096;

    private readonly IDataProtector protector;
    private readonly TimeProvider time;
    private readonly TimeSpan lifetime;
    private readonly AccessToken? mock;

    // Two generations: when the young one is full it becomes the old one, and the old one is dropped. Bounded, and no bookkeeping per use.
    private readonly int generationSize;
    private readonly Lock turnOver = new();
    private volatile ConcurrentDictionary<string, AccessToken> young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, AccessToken> old = new(StringComparer.Ordinal);

    public AccessTokens(IDataProtectionProvider protection, TimeProvider time, ScopeCatalog scopes, IOptions<AuthorizationServerOptions> options)
    {
        protector = protection.CreateProtector(Purpose);
        this.time = time;
        lifetime = options.Value.AccessTokenLifetime;
        mock = options.Value.Mode == QodMode.Sandbox ? SandboxData.MockAccess(scopes) : null;
        generationSize = options.Value.AccessTokenCacheSize / 2;
    }

    public TimeSpan Lifetime => lifetime;

    internal int Remembered => young.Count + old.Count;

    public string Issue(string clientId, string? subject, SubscriberLine? line, string[] scopes)
    {
        var now = time.GetUtcNow();
        var token = new AccessToken(clientId, subject, line, scopes, now, now + lifetime);
        return Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(token, AccessTokenJson.Default.AccessToken)));
    }

    /// <param name="why">For the client, without a hint at how near it came.</param>
    public bool TryRead(string text, [NotNullWhen(true)] out AccessToken? token, [NotNullWhen(false)] out string? why)
    {
        why = null;
        token = Find(text);
        if (token is null) why = "the access token is not valid";
        else if (token.ExpiresAt <= time.GetUtcNow()) why = Expired;
        return why is null;
    }

    private AccessToken? Find(string text)
    {
        if (young.TryGetValue(text, out var known)) return known;
        if (old.TryGetValue(text, out known) || (known = Unprotect(text)) is not null) Remember(text, known);
        return known;
    }

    private AccessToken? Unprotect(string text)
    {
        if (mock is not null && text == SandboxData.MockToken) return mock;
        if (text.Length > LongestToken || !Base64Url.IsValid(text)) return null;
        try
        {
            var payload = protector.Unprotect(Base64Url.DecodeFromChars(text));
            return JsonSerializer.Deserialize(payload, AccessTokenJson.Default.AccessToken);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private void Remember(string text, AccessToken token)
    {
        if (generationSize == 0) return;
        if (young.Count >= generationSize)
        {
            lock (turnOver)
            {
                if (young.Count >= generationSize) (old, young) = (young, new ConcurrentDictionary<string, AccessToken>(StringComparer.Ordinal));
            }
        }
        young[text] = token;
    }
}

[JsonSerializable(typeof(AccessToken))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class AccessTokenJson : JsonSerializerContext;
