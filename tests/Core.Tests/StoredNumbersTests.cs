using QodOrleans.Core.Authorization;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests;

/// <summary>These numbers are in databases, in messages between releases, and in SQL. To change one changes what stored rows mean; a new member takes a new
/// number.</summary>
public sealed class StoredNumbersTests
{
    [Fact]
    public void Every_stored_enum_has_the_numbers_that_rows_have()
    {
        Assert.Equal("Requested=0 Active=1 Releasing=2 Retained=3 Gone=4", NumbersOf<SessionPhase>());
        Assert.Equal("Requested=0 Available=1 Unavailable=2", NumbersOf<QosStatus>());
        Assert.Equal("DurationExpired=0 NetworkTerminated=1 DeleteRequested=2", NumbersOf<StatusInfo>());
        Assert.Equal("Pending=0 Approved=1 Denied=2 Redeemed=3", NumbersOf<GrantState>());
    }

    private static string NumbersOf<T>() where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(value => $"{value}={value:D}"));
}
