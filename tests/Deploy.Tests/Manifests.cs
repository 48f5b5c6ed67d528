using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace QodOrleans.Deploy.Tests;

/// <summary>One object of a manifest file.</summary>
internal sealed record Manifest(string File, JsonNode Root)
{
    public string Kind => (string)Root["kind"]!;

    public string Name => (string)Root["metadata"]!["name"]!;

    public JsonNode Spec => Root["spec"]!;

    /// <summary>Template of the pods of a workload; null for other kinds.</summary>
    public JsonNode? Pod => Kind is "Deployment" or "Job" ? Spec["template"] : null;

    public JsonNode Container => Assert.Single(Pod!["spec"]!["containers"]!.AsArray())!;

    /// <summary>gateway, silo, migrate.</summary>
    public string Component => (string)Root["metadata"]!["labels"]!["app.kubernetes.io/component"]!;

    public override string ToString() => $"{Kind} {Name} in {File}";

    /// <summary>Whether its pods have all of the labels.</summary>
    public bool Has(JsonNode? labels) => labels!.AsObject().All(label => (string?)Pod!["metadata"]!["labels"]![label.Key] == (string?)label.Value);

    /// <summary>Ports of the pod by their numbers, whether they are given by name or by number.</summary>
    public int Port(JsonNode port) => port.GetValueKind() == System.Text.Json.JsonValueKind.Number
        ? (int)port
        : (int)Container["ports"]!.AsArray().Single(named => (string)named!["name"]! == (string)port!)!["containerPort"]!;
}

/// <summary>What is in deploy/k8s.</summary>
internal static class Manifests
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
    private static readonly ISerializer Json = new SerializerBuilder().JsonCompatible().Build();

    public static string Folder { get; } = Repository.At("deploy", "k8s");

    public static string Base { get; } = Path.Combine(Folder, "base");

    public static IReadOnlyList<string> Kustomizations { get; } = Directory.GetFiles(Folder, "kustomization.yaml", SearchOption.AllDirectories);

    /// <summary>Everything of the base, and what overlays add to it or change in it.</summary>
    public static IReadOnlyList<Manifest> All { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Where(file => !Kustomizations.Contains(file)).Order().SelectMany(Load)];

    public static IReadOnlyList<Manifest> OfBase { get; } = [.. All.Where(manifest => manifest.File.StartsWith("base", StringComparison.Ordinal))];

    /// <summary>What runs containers, patches left out.</summary>
    public static IReadOnlyList<Manifest> Workloads { get; } = [.. All.Where(manifest => manifest.Pod?["metadata"] is not null)];

    public static Manifest The(string kind, string name) => OfBase.Single(manifest => manifest.Kind == kind && manifest.Name == name);

    public static JsonNode Parse(string text) => Documents(text).Single();

    /// <summary>Lines KEY=value.</summary>
    public static Dictionary<string, string> Settings(string file) => File.ReadAllLines(file)
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1]);

    private static IEnumerable<Manifest> Load(string file) =>
        Documents(File.ReadAllText(file)).Select(root => new Manifest(Path.GetRelativePath(Folder, file), root));

    private static IEnumerable<JsonNode> Documents(string text) =>
        text.Split("\n---\n").Select(document => JsonNode.Parse(Json.Serialize(Yaml.Deserialize<object>(document)))!);
}
