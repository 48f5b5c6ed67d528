using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;

namespace QodOrleans.Hosting;

/// <summary>The secrets that must outlive a process. Without them, sessions cannot be matched to their devices, and sink tokens cannot be opened.</summary>
/// <param name="Devices">32 bytes, for the HMAC that hides subscribers. All processes on one store need the same, for ever.</param>
/// <param name="SinkTokens">32 bytes each, for AES-256-GCM: the first seals, all open, so that a key can be replaced.</param>
public sealed record Keys(byte[] Devices, IReadOnlyList<byte[]> SinkTokens);

/// <summary>Finds the keys: in configuration (<c>Qod:Keys:Devices</c>, <c>Qod:Keys:SinkTokens:0</c>…, base64), else in <c>keys.json</c> under the
/// data folder, which is made at the first start, readable by its owner only.</summary>
public static class KeyFile
{
    private const int KeyBytes = 32;
    private const string FileName = "keys.json";

    /// <exception cref="InvalidOperationException">A key is not 32 bytes of base64, or only one of the two kinds is configured.</exception>
    public static Keys Load(IConfiguration configuration, string dataFolder)
    {
        var section = configuration.GetSection("Qod:Keys");
        return section.Exists()
            ? Read(section["Devices"], section.GetSection("SinkTokens").Get<string[]>(), "Qod:Keys")
            : LoadOrCreate(Path.Combine(dataFolder, FileName));
    }

    private static Keys LoadOrCreate(string path)
    {
        if (!File.Exists(path)) Create(path);
        var content = JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyFileJson.Default.KeyFileContent);
        return Read(content?.Devices, content?.SinkTokens, path);
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var content = new KeyFileContent(NewKey(), [NewKey()]);

        // Written to another file first and then renamed, so that a crash cannot leave half a key file behind.
        var draft = $"{path}.{Environment.ProcessId}";
        var ownerOnly = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) ownerOnly.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, ownerOnly))
        {
            JsonSerializer.Serialize(file, content, KeyFileJson.Default.KeyFileContent);
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first, so its keys are used.
            File.Delete(draft);
        }
    }

    private static Keys Read(string? devices, string[]? sinkTokens, string source)
    {
        if (devices is null || sinkTokens is not { Length: > 0 })
            throw new InvalidOperationException($"{source} must hold both 'Devices' and at least one of 'SinkTokens'.");
        return new Keys(Decode(devices, $"{source}: Devices"), [.. sinkTokens.Select(key => Decode(key, $"{source}: SinkTokens"))]);
    }

    private static byte[] Decode(string base64, string what)
    {
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(base64, key, out var length) && length == KeyBytes
            ? key
            : throw new InvalidOperationException($"{what} must be {KeyBytes} bytes in base64, as 'openssl rand -base64 {KeyBytes}' makes them.");
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));
}

internal sealed record KeyFileContent(string Devices, string[] SinkTokens);

[JsonSerializable(typeof(KeyFileContent))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class KeyFileJson : JsonSerializerContext;
