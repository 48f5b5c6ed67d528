using System.Net;
using System.Net.Sockets;

namespace QodOrleans.TestSupport;

public static class LoopbackPort
{
    /// <summary>One that nobody uses now. Not one of those that the system gives to outgoing connections, which would take it before the program that it
    /// is meant for has started, or while it is down.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
