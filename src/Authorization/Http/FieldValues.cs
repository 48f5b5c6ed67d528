using Microsoft.Extensions.Primitives;

namespace QodOrleans.Authorization.Http;

/// <summary>Header fields as RFC 9110 writes them, where the framework's own readers are stricter or laxer.</summary>
public static class FieldValues
{
    /// <summary>What is behind the scheme of an <c>Authorization</c> field: the scheme in any case, then one blank or more (11.4).</summary>
    /// <returns>Null where there is another scheme, or more than one field.</returns>
    public static string? CredentialsOf(StringValues authorization, string scheme)
    {
        if (authorization is not [{ } text] || text.Length <= scheme.Length || text[scheme.Length] != ' ') return null;
        return text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text[scheme.Length..].TrimStart(' ') : null;
    }

    /// <summary>Whether a body comes as it is. Names of codings have no case, and a list may have empty members (8.4.1, 5.6.1.2).</summary>
    public static bool IsUncoded(StringValues contentEncoding)
    {
        foreach (var field in contentEncoding)
            foreach (var coding in field!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                if (!coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) return false;
        return true;
    }
}
