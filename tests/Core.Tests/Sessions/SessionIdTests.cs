using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Tests.Sessions;

public sealed class SessionIdTests
{
    private const string Plain = "6a4d570a-6607-466d-889b-473e361afaa1";

    [Theory]
    [InlineData(Plain)]
    [InlineData("6A4D570A-6607-466D-889B-473E361AFAA1")]
    public void The_plain_form_is_read_in_either_case_and_written_in_lower_case(string text)
    {
        Assert.True(SessionId.TryParse(text, out var id));
        Assert.Equal(Plain, id.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("6a4d570a6607466d889b473e361afaa1")]
    [InlineData("{6a4d570a-6607-466d-889b-473e361afaa1}")]
    [InlineData("(6a4d570a-6607-466d-889b-473e361afaa1)")]
    [InlineData("{0x6a4d570a,0x6607,0x466d,{0x88,0x9b,0x47,0x3e,0x36,0x1a,0xfa,0xa1}}")]
    [InlineData(" 6a4d570a-6607-466d-889b-473e361afaa1")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa1 ")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa1\n")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaa11")]
    [InlineData("6a4d570a-6607-466d-889b473e361afaa1-")]
    [InlineData("6a4d570a-6607-466d-889b-473e361afaag")]
    [InlineData("+a4d570a-6607-466d-889b-473e361afaa1")]
    [InlineData("0x4d570a-6607-466d-889b-473e361afaa1")]
    [InlineData("6a4d570a-0x07-466d-889b-473e361afaa1")]
    [InlineData("6a4d570a-6607-466d-889b-0X3e361afaa1")]
    [InlineData("6a4d570a-6607-466d-889b-47３e361afaa1")]
    public void Every_other_form_is_refused(string text) => Assert.False(SessionId.TryParse(text, out _));
}
