using System.Net;

namespace QodOrleans.Sdk.Authorization;

internal sealed record AccessToken(string Text, DateTimeOffset ExpiresAt);

/// <summary>One login's token: fetched once for all who wait, kept while it is good, fetched anew afterwards.</summary>
internal sealed class AccessTokens : IDisposable
{
    /// <summary>A token is given up this long before its end: it must still be good when it arrives.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly AuthorizationServer server;
    private readonly QodLogin login;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly CancellationTokenSource disposed = new();
    private Task<AccessToken> underWay;
    private bool codeIsUsed;

    public AccessTokens(AuthorizationServer server, QodLogin login, TimeProvider time)
    {
        this.server = server;
        this.login = login;
        this.time = time;
        underWay = FetchAsync();
    }

    /// <param name="refused">A token that the API did not accept.</param>
    /// <param name="cancellation">Ends the wait, not the login, for which others may wait too.</param>
    public async Task<string> GetAsync(string? refused, CancellationToken cancellation)
    {
        Task<AccessToken> task;
        lock (gate)
        {
            if (underWay.IsCompleted && !IsGood(underWay, refused)) underWay = FetchAsync();
            task = underWay;
        }
        return (await task.WaitAsync(cancellation)).Text;
    }

    public void Dispose()
    {
        disposed.Cancel();
        disposed.Dispose();
    }

    private bool IsGood(Task<AccessToken> completed, string? refused) =>
        completed.IsCompletedSuccessfully && completed.Result.Text != refused && completed.Result.ExpiresAt - Margin > time.GetUtcNow();

    private async Task<AccessToken> FetchAsync()
    {
        switch (login)
        {
            case QodLogin.OfApplication:
                return await server.OfApplicationAsync(disposed.Token);
            case QodLogin.OfLine line:
                return await server.OfLineAsync(line, disposed.Token);
            case QodLogin.OfCode code:
                if (codeIsUsed)
                {
                    throw new QodAuthorizationException(
                        new QodError(HttpStatusCode.Unauthorized, "login_required", "The code's token has ended; send the person to /authorize again."));
                }
                var token = await server.OfCodeAsync(code, disposed.Token);
                codeIsUsed = true;
                return token;
            default:
                throw new InvalidOperationException($"No way to log in by {login}.");
        }
    }
}
