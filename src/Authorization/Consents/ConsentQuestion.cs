using System.Text.Json.Serialization;
using QodOrleans.Authorization.Grants;

namespace QodOrleans.Authorization.Consents;

/// <summary>What hangs on the person's decision.</summary>
[JsonDerivedType(typeof(Code), "code")]
[JsonDerivedType(typeof(Request), "request")]
[JsonDerivedType(typeof(Withdrawal), "withdrawal")]
internal abstract record ConsentQuestion
{
    /// <summary>A code, to be sent back to the application with its <c>state</c>.</summary>
    internal sealed record Code(string? State) : ConsentQuestion;

    /// <summary>A backchannel request, by the ticket of its link.</summary>
    internal sealed record Request(string Ticket) : ConsentQuestion;

    /// <summary>A permission that stands already.</summary>
    internal sealed record Withdrawal : ConsentQuestion;
}

/// <summary>A consent page that is shown to a person. It is kept in the page itself, sealed, instead of in the store: most are never answered.</summary>
/// <param name="Browser">The cookie that the page was shown with: no other browser can answer it.</param>
internal sealed record OpenQuestion(string ClientId, GrantTerms Terms, ConsentQuestion Question, string Browser, DateTimeOffset ExpiresAt);

[JsonSerializable(typeof(OpenQuestion))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ConsentJson : JsonSerializerContext;
