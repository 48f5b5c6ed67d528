using System.Xml.Linq;

namespace QodOrleans.Deploy.Tests;

/// <summary>A room is a project because something is forbidden to it: what each may reference, of ours and of the packages that decide what it can
/// do.</summary>
public sealed class RoomsTests
{
    /// <summary>Rooms, with those that each may reference. A program may reference all that stand here for it; nothing references a program.</summary>
    private static readonly Dictionary<string, string[]> May = new()
    {
        ["Core"] = [],
        ["Engine"] = ["Core"],
        ["Webhooks"] = ["Core"],
        ["Authorization"] = ["Core"],
        ["Api"] = ["Authorization", "Core"],
        ["Grains.Abstractions"] = ["Core"],
        ["Operators"] = ["Core"],
        ["Grains"] = ["Core", "Engine", "Grains.Abstractions", "Operators", "Webhooks"],
        ["Postgres"] = ["Core"],
        ["Memory"] = ["Core"],
        ["Hosting"] = ["Core", "Postgres"],
        ["Sdk"] = [],
        ["Gateway"] = ["Api", "Authorization", "Core", "Grains.Abstractions", "Hosting", "Postgres"],
        ["Silo"] = ["Api", "Authorization", "Core", "Engine", "Grains", "Grains.Abstractions", "Hosting", "Memory", "Operators", "Postgres", "Webhooks"],
    };

    /// <summary>Packages, by how their names begin, with the rooms that may have them.</summary>
    private static readonly Dictionary<string, string[]> Has = new()
    {
        ["Npgsql"] = ["Postgres"],
        ["Polly"] = ["Operators"],
        ["OpenTelemetry"] = ["Hosting"],
        ["Microsoft.Orleans"] = ["Grains.Abstractions", "Grains", "Hosting"],
        ["Microsoft.IdentityModel"] = ["Authorization"],
        ["Swashbuckle"] = ["Api"],
    };

    public static TheoryData<string> Rooms { get; } =
        [.. Directory.GetFiles(Repository.At("src"), "*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_only_what_it_may(string room) =>
        Assert.Subset(Assert.Contains(room, May).ToHashSet(), ReferencesOf(room, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)!).ToHashSet());

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_has_only_the_packages_that_are_its_own(string room) =>
        Assert.DoesNotContain(
            ReferencesOf(room, "PackageReference"), package => Has.Any(kind => package.StartsWith(kind.Key, StringComparison.Ordinal) && !kind.Value.Contains(room)));

    private static IEnumerable<string> ReferencesOf(string room, string kind) =>
        XDocument.Load(Repository.At("src", room, room + ".csproj")).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);
}
