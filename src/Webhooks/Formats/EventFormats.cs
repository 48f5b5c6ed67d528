namespace QodOrleans.Webhooks.Formats;

/// <summary>All event formats, one for each release whose events differ. A new surface of a known release adds its name to that release's format. A new release
/// adds a class, and a line here.</summary>
public static class EventFormats
{
    public static IReadOnlyList<IEventFormat> All { get; } = [new Qod008Event(), new Qod010Event(), new Qod110Event()];

    /// <summary>The format of a surface's events; null where it has none.</summary>
    public static IEventFormat? Of(string surface) => All.FirstOrDefault(format => format.Surfaces.Contains(surface));
}
