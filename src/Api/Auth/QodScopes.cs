using System.Buffers;

namespace QodOrleans.Api.Auth;

/// <summary>The scopes of all surfaces, and the ways in which a client may ask for them.</summary>
public static class QodScopes
{
    /// <summary>Create and extend sessions.</summary>
    public const string SessionsWrite = "qod-sessions-write";

    public const string SessionsRead = "qod-sessions-read";

    public const string SessionsDelete = "qod-sessions-delete";

    /// <summary>Declared by the release, attached to no operation of it.</summary>
    public const string ProfilesRead = "qod-profiles-read";

    /// <summary>As the surfaces declare them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ApiExtensions.Surfaces.SelectMany(surface => surface.Scopes).Distinct()];

    /// <summary>An API's name as a technical parameter: <c>dpv:RequestedServiceProvision#qod</c> asks for all its scopes (ICM v0.1.0).</summary>
    private static readonly ILookup<string, string> ByApiName = ApiExtensions.Surfaces
        .Where(surface => surface.ApiName is not null)
        .SelectMany(surface => surface.Scopes, (surface, scope) => (surface.ApiName, Scope: scope))
        .ToLookup(pair => pair.ApiName!, pair => pair.Scope, StringComparer.Ordinal);

    private static readonly SearchValues<char> PurposeAlphabet = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Reads a <c>scope</c> parameter: plain scopes, <c>dpv:Purpose#scope-or-API</c>, or <c>dpv:Purpose scope…</c> (ICM 0.2 and later).</summary>
    /// <param name="registered">What the client may have.</param>
    /// <param name="granted">In the order of <see cref="All"/>, each once.</param>
    /// <returns>False if a scope is unknown or not registered, if none is left, or if there are two purposes.</returns>
    internal static bool TryGrant(string parameter, IReadOnlyList<string> registered, out string[] granted) =>
        TryRead(Split(parameter), registered, out granted, out _) && granted.Length > 0;

    /// <summary>The scopes in a parameter. Blanks around and between them are skipped: people copy them so.</summary>
    internal static string[] Split(string parameter) => parameter.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <param name="registered">What the client may have.</param>
    /// <param name="granted">In the order of <see cref="All"/>, each once; may be none.</param>
    /// <param name="purpose">Null where none is stated.</param>
    /// <returns>False if a scope is unknown or not registered, or if there are two purposes.</returns>
    internal static bool TryRead(IEnumerable<string> scopes, IReadOnlyList<string> registered, out string[] granted, out string? purpose)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        granted = [];
        purpose = null;
        foreach (var token in scopes)
        {
            var scope = token;
            if (token.StartsWith("dpv:", StringComparison.Ordinal))
            {
                var hash = token.IndexOf('#');
                var stated = token.AsSpan(4, (hash < 0 ? token.Length : hash) - 4);
                if (stated.IsEmpty || stated.ContainsAnyExcept(PurposeAlphabet)) return false;
                // CAMARA: exactly one purpose. The older form repeats it with each of its parameters.
                if (!stated.SequenceEqual(purpose ??= stated.ToString())) return false;
                if (hash < 0) continue;
                scope = token[(hash + 1)..];
            }
            if (scope.Length < token.Length && ByApiName.Contains(scope)) asked.UnionWith(ByApiName[scope].Where(registered.Contains));
            else if (registered.Contains(scope)) asked.Add(scope);
            else return false;
        }
        granted = [.. All.Where(asked.Contains)];
        return true;
    }
}
