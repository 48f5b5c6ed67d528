using QodOrleans.Api.Http;
using QodOrleans.Authorization;
using QodOrleans.Authorization.Authorize;
using QodOrleans.Authorization.OAuth;

namespace QodOrleans.Api.Surfaces.OAuth;

/// <summary>The paths of the authorization server, one surface each: some answer programs in OAuth's words, some answer people with pages. It answers what it
/// finds wrong itself; here is what goes wrong before and around it.</summary>
internal static class OAuthSurfaces
{
    public static readonly Surface[] All =
    [
        new("oauth-token", AuthorizationPaths.Token, AuthorizationExtensions.MapTokenEndpoint, Describe),
        new("oauth-backchannel", AuthorizationPaths.Backchannel, AuthorizationExtensions.MapBackchannelEndpoint, Describe),
        new("oauth-authorize", AuthorizationPaths.Authorize, AuthorizationExtensions.MapAuthorizeEndpoint, DescribeOnPage) { AnswersPages = true },
        new("oauth-consent", AuthorizationPaths.Consent, AuthorizationExtensions.MapConsentEndpoint, DescribeOnPage) { AnswersPages = true },
        new("oauth-metadata", "/.well-known", AuthorizationExtensions.MapDiscoveryEndpoint, Describe),
        new("oauth-keys", AuthorizationPaths.Keys, AuthorizationExtensions.MapKeysEndpoint, Describe),
    ];

    private static ErrorAnswer Describe(Fault fault) => fault.Kind switch
    {
        FaultKind.PathUnknown => OAuthErrors.Error(404, "invalid_request", "there is nothing at this path"),
        FaultKind.MethodNotAllowed => OAuthErrors.Error(405, "invalid_request", "this method is not allowed here"),
        FaultKind.NotAcceptable => OAuthErrors.Error(406, "invalid_request", "the answer is application/json"),
        FaultKind.RequestTimeout => OAuthErrors.Error(408, "invalid_request", "the request came too slowly"),
        FaultKind.BodyTooLarge => OAuthErrors.TooLarge,
        FaultKind.MediaTypeUnsupported => OAuthErrors.Coded,
        FaultKind.TooManyRequests => OAuthErrors.TooMany(fault.RetryAfterSeconds),
        FaultKind.Unavailable => OAuthErrors.Unavailable,
        FaultKind.Internal => OAuthErrors.Error(500, "server_error", fault.Detail),
        _ => OAuthErrors.Invalid(fault.Detail),
    };

    private static ErrorAnswer DescribeOnPage(Fault fault) => fault.Kind switch
    {
        FaultKind.PathUnknown => HtmlPages.Error(404, "There is nothing here", fault.Detail),
        FaultKind.MethodNotAllowed => HtmlPages.Error(405, "This page cannot be used like that", fault.Detail),
        FaultKind.RequestTimeout => HtmlPages.Error(408, "The request came too slowly", fault.Detail),
        FaultKind.BodyTooLarge => HtmlPages.TooLarge,
        FaultKind.TooManyRequests => HtmlPages.TooMany(fault.RetryAfterSeconds),
        FaultKind.Unavailable => HtmlPages.Unavailable,
        FaultKind.Internal => HtmlPages.Error(500, "Something went wrong on our side", fault.Detail),
        _ => HtmlPages.Error(400, "The request is out of order", fault.Detail),
    };
}
