using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using QodOrleans.Bench.Measuring;

namespace QodOrleans.Bench.Report;

/// <summary>The result for a program: the same rows, with plain numbers.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Surroundings surroundings, IReadOnlyList<Measurement> measurements) => new JsonObject
    {
        ["surroundings"] = new JsonObject(surroundings.Facts.Select(fact => KeyValuePair.Create(fact.Name, (JsonNode?)JsonValue.Create(fact.Value)))),
        ["measurements"] = new JsonArray([.. measurements.Select(Row)]),
    }.ToJsonString(Readable);

    private static JsonNode Row(Measurement one) => new JsonObject
    {
        ["scenario"] = one.Scenario,
        ["what"] = one.What,
        ["value"] = one.Value.Number,
        ["unit"] = one.Value.Unit,
        ["rounds"] = Numbers(one.Rounds),
        ["baseline"] = one.Baseline is not { } baseline ? null : new JsonObject
        {
            ["name"] = baseline.Name,
            ["value"] = baseline.Value.Number,
            ["unit"] = baseline.Value.Unit,
            ["rounds"] = Numbers(baseline.Rounds),
        },
        ["ratio"] = one.Ratio,
        ["goal"] = one.Goal?.ToString(),
        ["met"] = one.Met,
        ["notes"] = new JsonArray([.. one.Notes.Select(note => (JsonNode)JsonValue.Create(note))]),
    };

    private static JsonArray Numbers(IReadOnlyList<double> numbers) => new([.. numbers.Select(number => (JsonNode)JsonValue.Create(number))]);
}
