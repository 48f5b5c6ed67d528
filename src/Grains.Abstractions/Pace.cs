namespace QodOrleans.Grains.Abstractions;

/// <summary>Names the clock that paces what the cluster does in the background: how often it looks, how long it waits before it tries again. Not the clock
/// that sessions live by: a test holds that one still, and the looking goes on.</summary>
internal static class Pace
{
    public const string Key = "qod-pace";
}
