namespace QodOrleans.Sdk;

/// <summary>How the application comes by its tokens, and for whom.</summary>
public abstract record QodLogin
{
    private QodLogin()
    {
    }

    /// <summary>The application on its own behalf, for any device that its contract covers (OAuth client credentials).</summary>
    public static QodLogin Application { get; } = new OfApplication();

    /// <summary>One line, named by the application; its operator may ask the person (CIBA in poll mode).</summary>
    /// <param name="loginHint"><c>ipport:203.0.113.25:8080</c>, <c>ipport:[2001:db8::1]</c> or <c>tel:+34600000000</c>.</param>
    public static QodLogin Backchannel(string loginHint) => new OfLine(loginHint);

    /// <summary>The line whose device came by <c>/authorize</c>. A code is good once, for about a minute, and its token is not renewed: after
    /// that, the person comes by again.</summary>
    /// <param name="code">As the redirect brought it.</param>
    /// <param name="codeVerifier">Where the request had a <c>code_challenge</c> (PKCE).</param>
    public static QodLogin Code(string code, string? codeVerifier = null) => new OfCode(code, codeVerifier);

    internal sealed record OfApplication : QodLogin
    {
        public override string ToString() => "application";
    }

    internal sealed record OfLine(string LoginHint) : QodLogin
    {
        public override string ToString() => "line";
    }

    internal sealed record OfCode(string AuthorizationCode, string? CodeVerifier) : QodLogin
    {
        public override string ToString() => "code";
    }
}
