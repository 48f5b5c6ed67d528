using System.Globalization;

namespace QodOrleans.Core;

/// <summary>Dates of RFC 3339, 5.6: the whole grammar, and nothing beside it. The class library's own readers know neither leap seconds nor more digits than
/// their clock has, and read more forms than the RFC.</summary>
public static class Rfc3339
{
    private const int SecondsAt = 17;
    private const int FractionAt = 20;

    /// <summary>Reads <c>2026-11-30T18:30:00.5+01:00</c>. What is finer than 100 ns is cut off; second 60 is the first instant of the next minute; an instant
    /// that lies outside the years 1 to 9999 in UTC is the first or last one that there is.</summary>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        if (!HasShape(text, out var zoneAt)) return false;

        var (year, month, day) = (Number(text, 0, 4), Number(text, 5, 2), Number(text, 8, 2));
        var (hour, minute, second) = (Number(text, 11, 2), Number(text, 14, 2), Number(text, SecondsAt, 2));
        // The year 0 has a 29 February, as 2000 has.
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year == 0 ? 2000 : year, month) || hour > 23 || minute > 59 || second > 60)
            return false;
        if (!TryReadOffset(text.AsSpan(zoneAt), out var offset)) return false;

        if (year == 0)
        {
            instant = DateTimeOffset.MinValue;
            return true;
        }
        var ticks = new DateTime(year, month, day, hour, minute, 0).Ticks
            + second * TimeSpan.TicksPerSecond + Fraction(text.AsSpan(SecondsAt + 2, zoneAt - SecondsAt - 2)) - offset.Ticks;
        instant = new DateTimeOffset(Math.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
        return true;
    }

    /// <summary><c>yyyy-MM-ddTHH:mm:ss</c>, a fraction or none, and then the zone.</summary>
    private static bool HasShape(string text, out int zoneAt)
    {
        const string Pattern = "0000-00-00T00:00:00";
        zoneAt = Pattern.Length;
        if (text.Length <= Pattern.Length) return false;
        for (var i = 0; i < Pattern.Length; i++)
            if (Pattern[i] == '0' ? !char.IsAsciiDigit(text[i]) : char.ToUpperInvariant(text[i]) != Pattern[i]) return false;
        if (text[zoneAt] != '.') return true;

        zoneAt = FractionAt;
        while (zoneAt < text.Length && char.IsAsciiDigit(text[zoneAt])) zoneAt++;
        return zoneAt > FractionAt;
    }

    private static bool TryReadOffset(ReadOnlySpan<char> zone, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (zone is "Z" or "z") return true;
        if (zone.Length != 6 || zone[0] is not ('+' or '-') || zone[3] != ':') return false;
        if (zone[1..3].ContainsAnyExceptInRange('0', '9') || zone[4..].ContainsAnyExceptInRange('0', '9')) return false;

        var (hours, minutes) = (int.Parse(zone[1..3], CultureInfo.InvariantCulture), int.Parse(zone[4..], CultureInfo.InvariantCulture));
        offset = new TimeSpan(hours, minutes, 0) * (zone[0] == '-' ? -1 : 1);
        return hours <= 23 && minutes <= 59;
    }

    /// <summary>A point and digits, in ticks.</summary>
    private static long Fraction(ReadOnlySpan<char> text)
    {
        var ticks = 0L;
        for (var digit = 1; digit <= 7; digit++) ticks = ticks * 10 + (digit < text.Length ? text[digit] - '0' : 0);
        return ticks;
    }

    private static int Number(string text, int start, int length) => int.Parse(text.AsSpan(start, length), NumberStyles.None, CultureInfo.InvariantCulture);
}
