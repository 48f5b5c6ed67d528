using System.Text.Json;
using System.Text.Json.Nodes;

namespace QodOrleans.Sdk.Tests;

public sealed class DeviceAddressTests
{
    public static TheoryData<string> Rows => [.. Table.Select(row => (string)row!["ipPort"]!)];

    private static JsonArray Table { get; } = (JsonArray)JsonNode.Parse(File.ReadAllText(Find("sdk/addresses.json")))!;

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_address_is_read_as_in_the_other_languages(string ipPort)
    {
        var row = Table.Single(row => (string)row!["ipPort"]! == ipPort)!;
        if (row["device"] is not { } device)
        {
            Assert.ThrowsAny<ArgumentException>(() => DeviceAddress.Parse(ipPort));
            return;
        }
        var address = DeviceAddress.Parse(ipPort);
        Assert.Equal((string)row["loginHint"]!, address.ToLoginHint());
        Assert.True(JsonNode.DeepEquals(device, JsonSerializer.SerializeToNode(address.ToDevice(), Wire.Default.Device)));
    }

    internal static string Find(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, path))) folder = folder.Parent ?? throw new FileNotFoundException(path);
        return Path.Combine(folder.FullName, path);
    }
}
