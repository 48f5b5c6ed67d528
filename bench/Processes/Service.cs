using System.Net;

namespace QodOrleans.Bench.Processes;

/// <summary>What clients talk to: the one program of <c>./qod up</c>, or a gateway with silos behind it.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly List<ChildProcess> silos = [];
    private ChildProcess? entry;

    /// <summary>The program that clients reach.</summary>
    public ChildProcess Entry => entry!;

    public IReadOnlyList<ChildProcess> Silos => silos;

    public IReadOnlyList<ChildProcess> Processes => [Entry, .. silos];

    public IPEndPoint Endpoint => Entry.Endpoint;

    /// <param name="silos">0 for the one program.</param>
    public static async Task<Service> StartAsync(Installation installation, int silos, CancellationToken cancellation)
    {
        var service = new Service();
        try
        {
            for (var number = 1; number <= silos; number++) service.silos.Add(await installation.StartSiloAsync(number, cancellation));
            service.entry = silos == 0 ? await installation.StartHostAsync(cancellation) : await installation.StartGatewayAsync(cancellation);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (entry is not null) await entry.DisposeAsync();
        foreach (var silo in silos) await silo.DisposeAsync();
    }
}
