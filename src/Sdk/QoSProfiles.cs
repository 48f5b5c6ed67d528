using System.Text.Json;
using System.Text.Json.Serialization;

namespace QodOrleans.Sdk;

/// <summary>A QoS profile by its name, 3 to 256 of <c>a-z A-Z 0-9 . _ -</c>. Operators may have others than <see cref="QoSProfiles"/>;
/// <see cref="QodClient.GetProfilesAsync"/> lists them.</summary>
[JsonConverter(typeof(QoSProfileConverter))]
public readonly record struct QoSProfile(string Name)
{
    public override string ToString() => Name;
}

/// <summary>The profiles that every operator knows.</summary>
public static class QoSProfiles
{
    /// <summary>Small and steady: stable latency.</summary>
    public static QoSProfile QOS_E { get; } = new("QOS_E");

    /// <summary>Small throughput.</summary>
    public static QoSProfile QOS_S { get; } = new("QOS_S");

    /// <summary>Medium throughput.</summary>
    public static QoSProfile QOS_M { get; } = new("QOS_M");

    /// <summary>Large throughput.</summary>
    public static QoSProfile QOS_L { get; } = new("QOS_L");
}

internal sealed class QoSProfileConverter : JsonConverter<QoSProfile>
{
    public override QoSProfile Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A profile has a name."));

    public override void Write(Utf8JsonWriter writer, QoSProfile value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
