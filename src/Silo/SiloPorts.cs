using System.Globalization;
using System.Net;
using System.Net.Sockets;
using QodOrleans.Hosting.Clustering;

namespace QodOrleans.Silo;

/// <summary>A silo's own two ports on loopback, where they are not configured: free ones, chosen at its first start and kept in the data folder. A silo that
/// comes back at the address of one that was killed replaces it at once; at another, the members would first have to find out that the old one is
/// dead.</summary>
/// <remarks>Several silos may share a data folder: each takes the first file <c>silo-N.ports</c> that no other process holds, and holds it for as long as it
/// runs.</remarks>
internal sealed class SiloPorts : IDisposable
{
    private readonly FileStream held;

    private SiloPorts(FileStream held) => this.held = held;

    /// <summary>Sets the ports in the configuration.</summary>
    /// <returns>Null where they are set already, or where the silo is to be reached from other machines: there, its ports are known ones.</returns>
    public static SiloPorts? Choose(ConfigurationManager configuration, string dataFolder)
    {
        var cluster = configuration.GetSection(QodClusterOptions.Section);
        var settings = cluster.Get<QodClusterOptions>() ?? new QodClusterOptions();
        if (cluster[nameof(settings.SiloPort)] is not null || cluster[nameof(settings.GatewayPort)] is not null) return null;
        if (!IPAddress.TryParse(settings.AdvertisedAddress, out var address) || !IPAddress.IsLoopback(address)) return null;

        Directory.CreateDirectory(dataFolder);
        var ports = new SiloPorts(TakeFile(dataFolder));
        var (silo, gateway) = ports.ReadOrChoose(address);
        configuration.AddInMemoryCollection(
        [
            new(cluster.Path + ":" + nameof(settings.SiloPort), silo.ToString(CultureInfo.InvariantCulture)),
            new(cluster.Path + ":" + nameof(settings.GatewayPort), gateway.ToString(CultureInfo.InvariantCulture)),
        ]);
        return ports;
    }

    public void Dispose() => held.Dispose();

    private static FileStream TakeFile(string folder)
    {
        for (var number = 1; ; number++)
        {
            var path = Path.Combine(folder, $"silo-{number}.ports");
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && number < 100)
            {
                // Another silo of this folder runs.
            }
        }
    }

    private (int Silo, int Gateway) ReadOrChoose(IPAddress address)
    {
        using var reader = new StreamReader(held, leaveOpen: true);
        var kept = reader.ReadToEnd().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (kept is [var one, var other]
            && int.TryParse(one, CultureInfo.InvariantCulture, out var silo) && int.TryParse(other, CultureInfo.InvariantCulture, out var gateway)
            && IsFree(address, silo) && IsFree(address, gateway))
            return (silo, gateway);

        (silo, gateway) = FreePorts(address);
        held.SetLength(0);
        using var writer = new StreamWriter(held, leaveOpen: true);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{silo} {gateway}\n"));
        return (silo, gateway);
    }

    private static bool IsFree(IPAddress address, int port)
    {
        if (port is < 1 or > IPEndPoint.MaxPort) return false;
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Both held at once, so that they differ.</summary>
    private static (int Silo, int Gateway) FreePorts(IPAddress address)
    {
        using var silo = new TcpListener(address, 0);
        using var gateway = new TcpListener(address, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
}
