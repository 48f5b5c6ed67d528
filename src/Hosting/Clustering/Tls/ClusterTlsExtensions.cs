using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace QodOrleans.Hosting.Clustering.Tls;

/// <summary>Puts TLS on all connections of the cluster: those between silos, and those from gateways to silos.</summary>
internal static class ClusterTlsExtensions
{
    /// <summary>Both ports of a silo, and its connections to others.</summary>
    public static void UseClusterTls(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ClusterCertificates>();
        silo.Configure<SiloConnectionOptions>(options =>
        {
            options.ConfigureSiloInboundConnection(Accept);
            options.ConfigureGatewayInboundConnection(Accept);
            options.ConfigureSiloOutboundConnection(Open);
        });
    }

    /// <summary>A gateway's connections to silos.</summary>
    public static void UseClusterTls(this IClientBuilder client)
    {
        client.Services.AddSingleton<ClusterCertificates>();
        client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(Open));
    }

    private static void Accept(IConnectionBuilder connection) => connection.UseServerTls(CertificatesOf(connection).Options);

    private static void Open(IConnectionBuilder connection) => connection.UseClientTls(CertificatesOf(connection).Options);

    private static ClusterCertificates CertificatesOf(IConnectionBuilder connection) => connection.ApplicationServices.GetRequiredService<ClusterCertificates>();
}
