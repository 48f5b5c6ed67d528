namespace QodOrleans.Core.Tests;

public sealed class Rfc3339Tests
{
    [Theory]
    // text, the instant in UTC
    [InlineData("2026-11-30T18:30:00Z", "2026-11-30T18:30:00.0000000Z")]
    [InlineData("2026-11-30t18:30:00z", "2026-11-30T18:30:00.0000000Z")]
    [InlineData("2026-11-30T18:30:00.5Z", "2026-11-30T18:30:00.5000000Z")]
    [InlineData("2026-11-30T18:30:00.1234567Z", "2026-11-30T18:30:00.1234567Z")]
    [InlineData("2026-11-30T18:30:00.123456789Z", "2026-11-30T18:30:00.1234567Z")]
    [InlineData("2026-11-30T18:30:00.99999999999999999999Z", "2026-11-30T18:30:00.9999999Z")]
    [InlineData("2026-11-30T18:30:00.000000000Z", "2026-11-30T18:30:00.0000000Z")]
    [InlineData("2026-11-30T18:30:00+01:00", "2026-11-30T17:30:00.0000000Z")]
    [InlineData("2026-11-30T18:30:00-00:00", "2026-11-30T18:30:00.0000000Z")]
    [InlineData("2026-11-30T18:30:00+23:59", "2026-11-29T18:31:00.0000000Z")]
    [InlineData("2026-11-30T18:30:00-23:59", "2026-12-01T18:29:00.0000000Z")]
    [InlineData("1990-12-31T23:59:60Z", "1991-01-01T00:00:00.0000000Z")]
    [InlineData("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.0000000Z")]
    [InlineData("2026-11-30T18:30:60.25Z", "2026-11-30T18:31:00.2500000Z")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("0000-02-29T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("9999-12-31T23:59:60Z", "9999-12-31T23:59:59.9999999Z")]
    public void Every_form_of_the_RFC_is_read(string text, string expected)
    {
        Assert.True(Rfc3339.TryParse(text, out var instant));
        Assert.Equal(expected, instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, instant.Offset);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-30")]
    [InlineData("2026-11-30T18:30:00")]
    [InlineData("2026-11-30T18:30Z")]
    [InlineData("2026-11-30 18:30:00Z")]
    [InlineData("2026-11-30T18:30:00.Z")]
    [InlineData("2026-11-30T18:30:00,5Z")]
    [InlineData("2026-11-30T18:30:00 Z")]
    [InlineData("2026-11-30T18:30:00Z ")]
    [InlineData(" 2026-11-30T18:30:00Z")]
    [InlineData("2026-11-30T18:30:00+01")]
    [InlineData("2026-11-30T18:30:00+0100")]
    [InlineData("2026-11-30T18:30:00+1:00")]
    [InlineData("2026-11-30T18:30:00+24:00")]
    [InlineData("2026-11-30T18:30:00+01:60")]
    [InlineData("2026-11-30T18:30:00+01:00:00")]
    [InlineData("2026-11-30T18:30:00ZZ")]
    [InlineData("2026-11-30T18:30:00UTC")]
    [InlineData("2026-11-30T18:30:61Z")]
    [InlineData("2026-11-30T18:60:00Z")]
    [InlineData("2026-11-30T24:00:00Z")]
    [InlineData("2026-11-31T18:30:00Z")]
    [InlineData("2026-02-29T18:30:00Z")]
    [InlineData("2026-13-01T18:30:00Z")]
    [InlineData("2026-00-01T18:30:00Z")]
    [InlineData("2026-01-00T18:30:00Z")]
    [InlineData("26-11-30T18:30:00Z")]
    [InlineData("12026-11-30T18:30:00Z")]
    [InlineData("-2026-11-30T18:30:00Z")]
    [InlineData("2026-1-30T18:30:00Z")]
    [InlineData("20261130T183000Z")]
    [InlineData("2026-11-30T18:30:0٠Z")]
    [InlineData("2026-W49-1T18:30:00Z")]
    [InlineData("Mon, 30 Nov 2026 18:30:00 GMT")]
    [InlineData("1796063400")]
    public void Nothing_else_is(string text) => Assert.False(Rfc3339.TryParse(text, out _));
}
