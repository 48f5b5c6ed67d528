using System.Reflection;
using Microsoft.Extensions.Logging;

namespace QodOrleans.Deploy.Tests;

/// <summary>One line that a program can log.</summary>
/// <param name="Room">The project under src that logs it.</param>
internal sealed record LogEvent(string Room, string Method, int Id, LogLevel Level, string Message)
{
    /// <summary>Every line of every project under src.</summary>
    public static IReadOnlyList<LogEvent> All { get; } = [.. Rooms.SelectMany(Of).OrderBy(line => line.Id)];

    private static IEnumerable<string> Rooms =>
        Directory.EnumerateFiles(Repository.At("src"), "*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)!);

    public override string ToString() => $"{Id} {Room}.{Method}";

    private static IEnumerable<LogEvent> Of(string room) =>
        from type in Assembly.Load($"QodOrleans.{room}").GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
        where attribute is not null
        select new LogEvent(room, method.Name, attribute.EventId, attribute.Level, attribute.Message);
}
