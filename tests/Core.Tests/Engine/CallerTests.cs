using QodOrleans.Core.Engine;
using QodOrleans.Core.Sessions;
using QodOrleans.TestSupport;

namespace QodOrleans.Core.Tests.Engine;

public sealed class CallerTests
{
    [Theory]
    // client, user | session's client, session's user
    [InlineData("app", null, "app", null, true)]
    [InlineData("app", null, "app", "user", true)]
    [InlineData("app", "user", "app", "user", true)]
    [InlineData("app", "user", "app", "other user", false)]
    [InlineData("app", "user", "app", null, false)]
    [InlineData("other app", null, "app", null, false)]
    [InlineData("other app", "user", "app", "user", false)]
    [InlineData("APP", null, "app", null, false)]
    public void A_client_owns_its_sessions_and_with_a_users_token_only_that_users(string client, string? user, string owner, string? ownersUser, bool owns)
    {
        var terms = TestSessions.Terms with { ClientId = owner, Subject = ownersUser };
        var session = new SessionMachine(new SessionPolicy()).Create(TestSessions.Create(TimeSpan.FromMinutes(1)) with { Terms = terms }, TestSessions.Start).Session;

        Assert.Equal(owns, new Caller(client, user).Owns(session));
    }
}
