using System.Buffers;

namespace QodOrleans.Authorization;

/// <summary>What one API lets tokens be good for.</summary>
/// <param name="Api">CAMARA's name of it: <c>dpv:Purpose#name</c> asks for all its scopes. Null where there are none to ask for together.</param>
/// <param name="Scopes">In the order in which a grant names them.</param>
public readonly record struct ApiScopes(string? Api, IReadOnlyList<string> Scopes);

/// <summary>The scopes of all APIs that tokens are for, and the ways in which a client may ask for them.</summary>
public sealed class ScopeCatalog(params IEnumerable<ApiScopes> apis)
{
    private static readonly SearchValues<char> PurposeAlphabet = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>An API's name as a technical parameter: <c>dpv:RequestedServiceProvision#qod</c> asks for all its scopes (ICM v0.1.0).</summary>
    private readonly ILookup<string, string> byApiName = apis
        .Where(api => api.Api is not null)
        .SelectMany(api => api.Scopes, (api, scope) => (api.Api, Scope: scope))
        .ToLookup(pair => pair.Api!, pair => pair.Scope, StringComparer.Ordinal);

    /// <summary>Each once, as the APIs declare them.</summary>
    public IReadOnlyList<string> All { get; } = [.. apis.SelectMany(api => api.Scopes).Distinct()];

    /// <summary>Reads a <c>scope</c> parameter: plain scopes, <c>dpv:Purpose#scope-or-API</c>, or <c>dpv:Purpose scope…</c> (ICM 0.2 and later).</summary>
    /// <param name="registered">What the client may have.</param>
    /// <param name="granted">In the order of <see cref="All"/>, each once.</param>
    /// <returns>False if a scope is unknown or not registered, if none is left, or if there are two purposes.</returns>
    internal bool TryGrant(string parameter, IReadOnlyList<string> registered, out string[] granted) =>
        TryRead(Split(parameter), registered, out granted, out _) && granted.Length > 0;

    /// <summary>The scopes in a parameter. Blanks around and between them are skipped: people copy them so.</summary>
    internal static string[] Split(string parameter) => parameter.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <param name="registered">What the client may have.</param>
    /// <param name="granted">In the order of <see cref="All"/>, each once; may be none.</param>
    /// <param name="purpose">Null where none is stated.</param>
    /// <returns>False if a scope is unknown or not registered, or if there are two purposes.</returns>
    internal bool TryRead(IEnumerable<string> scopes, IReadOnlyList<string> registered, out string[] granted, out string? purpose)
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
            if (scope.Length < token.Length && byApiName.Contains(scope)) asked.UnionWith(byApiName[scope].Where(registered.Contains));
            else if (registered.Contains(scope)) asked.Add(scope);
            else return false;
        }
        granted = [.. All.Where(asked.Contains)];
        return true;
    }
}
