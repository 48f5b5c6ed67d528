using System.Text.RegularExpressions;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Http;

/// <summary>Where each surface is, and which one a request belongs to.</summary>
internal sealed partial class SurfaceDirectory
{
    /// <summary>What no surface may stand on: the reference and the probes.</summary>
    private static readonly PathString[] Taken = ["/docs", "/openapi", "/health"];

    private const string PathRule = "it must be segments of letters, digits and - . _ ~, with a slash before each and none at the end, like /apis/qod/v0";

    private readonly Dictionary<string, string> sessionsUrls;

    /// <param name="publicUrl">By which clients reach us, without a slash at its end.</param>
    public SurfaceDirectory(IReadOnlyList<Surface> surfaces, IList<SurfaceOptions> chosen, string publicUrl)
    {
        All = Place(surfaces, chosen);
        sessionsUrls = All.Where(surface => surface.WriteSession is not null)
            .ToDictionary(surface => surface.Name, surface => $"{publicUrl}{surface.Root}/sessions/");
        Prefix = PathString.FromUriComponent(new Uri(publicUrl)).Value!.TrimEnd('/');
    }

    /// <summary>In the order in which paths are looked up.</summary>
    public IReadOnlyList<Surface> All { get; }

    /// <summary>The path of our public URL. It stands before every path that a client sees, and may or may not have been taken off a request
    /// on its way to us.</summary>
    public PathString Prefix { get; }

    /// <summary>Where the session is for the clients of this surface, without scheme and host.</summary>
    public string PathOf(Surface surface, SessionId session) => $"{Prefix + surface.Root}/sessions/{session}";

    /// <summary>What the URLs of all sessions on this surface begin with.</summary>
    public string SessionsUrl(string surface) => sessionsUrls[surface];

    /// <summary>The surface of the endpoint, or of the path where there is none; a path of no surface gets the first one's words.</summary>
    public Surface Of(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Surface>() is { } known) return known;
        return Find(context.Request.Path) ?? All[0];
    }

    /// <summary>Whether the path is one of ours with the prefix before it. A path that can be read both ways counts as prefixed, because
    /// clients know it so. One that begins like the prefix and continues as no path of ours is read without it.</summary>
    public bool IsPrefixed(PathString path) => path.StartsWithSegments(Prefix, out var rest) && (Has(rest) || !Has(path));

    /// <summary>The surface whose shape shows the session here: of surfaces that share a path, the one it was made on.</summary>
    public Surface ShapeOf(QosSession session, Surface here)
    {
        if (session.Terms.Surface == here.Name) return here;
        foreach (var surface in All)
            if (surface.Root == here.Root && surface.Name == session.Terms.Surface) return surface;
        return here;
    }

    /// <summary>What is wrong with the paths that were chosen.</summary>
    public static IReadOnlyList<string> Complaints(IReadOnlyList<Surface> surfaces, IList<SurfaceOptions> chosen)
    {
        var complaints = new List<string>();
        var leaders = surfaces.Where(surface => Leader(surfaces, surface) == surface).ToArray();
        for (var i = 0; i < chosen.Count; i++)
        {
            var (name, path) = (chosen[i].Name, chosen[i].Path);
            if (NameComplaint(name) is { } wrong) complaints.Add($"Qod:Surfaces:{i}:Name is '{name}', {wrong}.");
            else if (chosen.Take(i).Any(other => other.Name == name))
                complaints.Add($"Qod:Surfaces:{i}:Name is '{name}', as before; each surface has one path.");
            if (!BasePath().IsMatch(path)) complaints.Add($"Qod:Surfaces:{i}:Path is '{path}'; {PathRule}.");
        }
        if (complaints.Count > 0) return complaints;

        // One inside another would get some of its requests and not others.
        var placed = Place(leaders, chosen).Select(surface => (Name: $"'{surface.Name}'", surface.Root))
            .Concat(Taken.Select(path => (Name: "the host itself", Root: path)))
            .ToArray();
        for (var i = 0; i < placed.Length; i++)
            foreach (var other in placed.Skip(i + 1))
                if (placed[i].Root.StartsWithSegments(other.Root) || other.Root.StartsWithSegments(placed[i].Root))
                    complaints.Add(
                        $"Qod:Surfaces leaves {placed[i].Name} at {placed[i].Root} and {other.Name} at {other.Root}; "
                        + "no path may be another's, or begin with it.");
        return complaints;

        string? NameComplaint(string name)
        {
            var known = surfaces.FirstOrDefault(surface => surface.Name == name);
            if (known is null or { IsFixed: true })
                return $"which none has; it must be one of: {string.Join(", ", leaders.Where(surface => !surface.IsFixed).Select(surface => surface.Name))}";
            return leaders.Contains(known) ? null : $"which shares the path of {Leader(surfaces, known).Name}: that is the one to move";
        }
    }

    /// <summary>Whether the path, without the prefix, is one of a surface's.</summary>
    public bool IsOfSurface(PathString path) => Find(path) is not null;

    /// <summary>Whether it is a path of an API, and not one of the logins'.</summary>
    public bool IsOfApi(PathString path) => Find(path) is { IsFixed: false };

    private bool Has(PathString path) => IsOfSurface(path) || Taken.Any(taken => path.StartsWithSegments(taken));

    private Surface? Find(PathString path)
    {
        foreach (var surface in All)
            if (path.StartsWithSegments(surface.Root, StringComparison.OrdinalIgnoreCase)) return surface;
        return null;
    }

    private static Surface[] Place(IReadOnlyList<Surface> surfaces, IList<SurfaceOptions> chosen) =>
    [
        .. from surface in surfaces
           let leader = Leader(surfaces, surface)
           let choice = chosen.FirstOrDefault(choice => choice.Name == leader.Name)
           select choice is null ? surface : surface with { Root = choice.Path + surface.RootInPaths },
    ];

    /// <summary>Of surfaces that share a path, the first: they move together.</summary>
    private static Surface Leader(IReadOnlyList<Surface> surfaces, Surface surface) => surfaces.First(other => other.Root == surface.Root);

    [GeneratedRegex("""^(?:/(?!\.\.?(?:/|\z))[A-Za-z0-9._~-]+)+\z""")]
    private static partial Regex BasePath();
}
