namespace QodOrleans.Webhooks.Formats;

/// <summary>Every release whose events differ from another's. A surface of a release that is here is a name in its format; a new release is a file and a
/// line.</summary>
public static class EventFormats
{
    public static IReadOnlyList<IEventFormat> All { get; } = [new Qod008Event(), new Qod010Event(), new Qod110Event()];

    /// <summary>The format of a surface's events; null where it has none.</summary>
    public static IEventFormat? Of(string surface) => All.FirstOrDefault(format => format.Surfaces.Contains(surface));
}
