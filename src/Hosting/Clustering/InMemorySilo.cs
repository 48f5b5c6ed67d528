using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace QodOrleans.Hosting.Clustering;

/// <summary>A silo that is the whole cluster: membership and the operators' state are in its memory, and it opens no port of its own.</summary>
public static class InMemorySilo
{
    /// <summary>In place of <see cref="ClusteringExtensions.UseQodClustering(ISiloBuilder, IConfiguration, string)"/>.</summary>
    public static ISiloBuilder UseInMemorySilo(this ISiloBuilder silo, IConfiguration configuration, string operators)
    {
        // Orleans identifies a silo by its address. Nothing listens there.
        var endpoint = new IPEndPoint(IPAddress.Loopback, new QodClusterOptions().SiloPort);
        silo.ConfigureQodSilo(configuration);
        silo.ConfigureEndpoints(endpoint.Address, endpoint.Port, gatewayPort: 0);
        silo.UseDevelopmentClustering(endpoint);
        silo.AddMemoryGrainStorage(operators);

        // Orleans finds the factories of its listeners by keys that are its own.
        foreach (var listener in silo.Services.Where(service => service.ServiceType == typeof(IConnectionListenerFactory) && service.IsKeyedService).ToArray())
            silo.Services.Replace(ServiceDescriptor.KeyedSingleton<IConnectionListenerFactory, NoListeners>(listener.ServiceKey));
        return silo;
    }

    private sealed class NoListeners : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new NoListener(endpoint));
    }

    /// <summary>No connection ever comes.</summary>
    private sealed class NoListener(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(unbound.Task);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
