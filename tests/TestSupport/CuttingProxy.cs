using System.Net;
using System.Net.Sockets;

namespace QodOrleans.TestSupport;

/// <summary>Stands between a client and a Postgres server, and breaks connections where a test wants them broken.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint server;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<TcpClient> clients = [];
    private TaskCompletionSource? answerCut;
    private volatile bool refusing;

    /// <param name="serverHost">A name, an address, or the folder of the server's socket, as in a connection string.</param>
    public CuttingProxy(string serverHost, int serverPort)
    {
        server = serverHost.StartsWith('/') ? new UnixDomainSocketEndPoint($"{serverHost}/.s.PGSQL.{serverPort}") : new DnsEndPoint(serverHost, serverPort);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The server's next bytes do not arrive: the connection breaks instead.</summary>
    /// <returns>Ends when that has happened.</returns>
    public Task CutNextAnswer()
    {
        lock (gate) return (answerCut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Breaks every connection on the client's side only: the server goes on with what it is at.</summary>
    public void CutAll()
    {
        lock (gate)
        {
            foreach (var client in clients) client.Close();
            clients.Clear();
        }
    }

    /// <summary>While true, new connections are closed at once.</summary>
    public bool Refusing
    {
        get => refusing;
        set => refusing = value;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        CutAll();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        if (refusing)
        {
            client.Close();
            return;
        }
        lock (gate) clients.Add(client);
        // Not closed when the client goes: a server that is busy would not notice a vanished client either.
        var upstream = server is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        await upstream.ConnectAsync(server, stop.Token);
        var (near, far) = (client.GetStream(), new NetworkStream(upstream, ownsSocket: true));
        _ = PumpAsync(near, far, mayPass: null);
        await PumpAsync(far, near, mayPass: () => PassAnswer(client));
    }

    private bool PassAnswer(TcpClient client)
    {
        lock (gate)
        {
            if (answerCut is not { } cut) return true;
            answerCut = null;
            client.Close();
            clients.Remove(client);
            cut.SetResult();
            return false;
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<bool>? mayPass)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
            {
                if (mayPass?.Invoke() == false) return;
                await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // One side is gone; the other learns it from its own socket.
        }
    }
}
