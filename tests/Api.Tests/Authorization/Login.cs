using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace QodOrleans.Api.Tests.Authorization;

/// <summary>How an application logs somebody in, by hand.</summary>
internal static class Login
{
    public const string Callback = "https://my_app_server/qod-auth-callback";
    public const string QodScope = "dpv:RequestedServiceProvision#qod";
    public const string Verifier = "dBjftJeZ4CVP-mBABC_verifier_of_43_to_128_characters";

    public static string Challenge => WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>The published sample's query, changed: null leaves a parameter out, a second one of the same name repeats it.</summary>
    public static string Query(params (string Name, string? Value)[] changes)
    {
        var parameters = new List<(string Name, string? Value)> { ("client_id", "my-app-id"), ("response_type", "code"), ("scope", QodScope), ("redirect_uri", Callback) };
        parameters.RemoveAll(parameter => changes.Any(change => change.Name == parameter.Name));
        return string.Join('&', parameters.Concat(changes).Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
    }

    public static Task<Answer> AuthorizeAsync(this Gateway gateway, params (string Name, string? Value)[] changes) =>
        gateway.SendAsync("GET", "/authorize?" + Query(changes), token: null);

    /// <summary>What arrives at the application's redirect URI.</summary>
    public static IReadOnlyDictionary<string, string> Arrival(this Answer answer, int status = 302)
    {
        Assert.Equal((status, ""), (answer.Status, answer.Text));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        // As it was sent: the parsed header has been tidied up.
        var location = answer.Headers.NonValidated["Location"].ToString();
        Assert.StartsWith(Callback + "?", location, StringComparison.Ordinal);
        Assert.DoesNotContain(location, c => c is <= ' ' or > '~');
        return QueryHelpers.ParseQuery(location[Callback.Length..]).ToDictionary(parameter => parameter.Key, parameter => parameter.Value.Single()!);
    }

    public static async Task<string> CodeAsync(this Gateway gateway, params (string Name, string? Value)[] changes) => (await gateway.AuthorizeAsync(changes)).Arrival()["code"];

    public static Task<Answer> RedeemAsync(
        this Gateway gateway, string code, string? redirectUri = Callback, string? verifier = null, string client = "my-app-id", string secret = "my-app-secret") =>
        gateway.TokenAsync(
            $"grant_type=authorization_code&code={Uri.EscapeDataString(code)}"
                + (redirectUri is null ? "" : "&redirect_uri=" + Uri.EscapeDataString(redirectUri)) + (verifier is null ? "" : "&code_verifier=" + Uri.EscapeDataString(verifier)),
            client, secret);

    public static Task<Answer> BackchannelAsync(
        this Gateway gateway, string? hint = "tel:+34600000000", string? scope = QodScope, string client = "my-app-id", string secret = "my-app-secret", string more = "") =>
        gateway.SendAsync(
            "POST", "/bc-authorize",
            string.Join('&', new[] { hint is null ? "" : "login_hint=" + Uri.EscapeDataString(hint), scope is null ? "" : "scope=" + Uri.EscapeDataString(scope), more }.Where(part => part != "")),
            token: null, "application/x-www-form-urlencoded", ("Authorization", Gateway.Basic(client, secret)));

    public static Task<Answer> PollAsync(this Gateway gateway, string authReqId, string client = "my-app-id", string secret = "my-app-secret") =>
        gateway.TokenAsync($"grant_type=urn%3Aopenid%3Aparams%3Agrant-type%3Aciba&auth_req_id={Uri.EscapeDataString(authReqId)}", client, secret);

    /// <summary>An access token for a line.</summary>
    public static async Task<string> LineTokenAsync(this Gateway gateway, string hint, string client = "my-app-id", string secret = "my-app-secret")
    {
        var asked = await gateway.BackchannelAsync(hint, client: client, secret: secret);
        Assert.Equal(200, asked.Status);
        var told = await gateway.PollAsync((string)asked.Json["auth_req_id"]!, client, secret);
        Assert.Equal(200, told.Status);
        return (string)told.Json["access_token"]!;
    }

    /// <summary>RFC 6749, 5.2: exactly two members, JSON, and not to be kept.</summary>
    public static Answer IsOAuthError(this Answer answer, int status, string error)
    {
        Assert.Equal((status, error), (answer.Status, (string?)answer.Json["error"]));
        Assert.Equal(["error", "error_description"], answer.Json.AsObject().Select(member => member.Key));
        Assert.Equal(("application/json", "no-store"), (answer.Header("Content-Type"), answer.Header("Cache-Control")));
        return answer;
    }

    /// <summary>A page that nobody can frame, script or keep, and that leads nowhere.</summary>
    public static Answer IsPage(this Answer answer, int status)
    {
        Assert.Equal((status, "text/html; charset=utf-8"), (answer.Status, answer.Header("Content-Type")));
        Assert.Equal(("no-store", "DENY", "no-referrer"), (answer.Header("Cache-Control"), answer.Header("X-Frame-Options"), answer.Header("Referrer-Policy")));
        Assert.Contains("default-src 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Null(answer.Header("Location"));
        return answer;
    }
}
