using QodOrleans.Deploy.Tests;

namespace QodOrleans.Grains.Tests;

/// <summary>The dashboard's row of the cluster; the other rows are looked at in Deploy.Tests.</summary>
public sealed class DashboardTests(ClusterOverPostgres cluster) : IClassFixture<ClusterOverPostgres>
{
    [Fact]
    public void Every_query_of_the_clusters_row_names_series_and_labels_that_a_silo_or_its_client_makes()
    {
        Assert.NotEmpty(cluster.Cluster.Silos);
        using var instruments = new Instruments();
        instruments.Observe();

        var queries = new Dashboard(Repository.At("deploy", "grafana", "qod.json")).Queries.Where(query => query.Row == Dashboard.ClusterRow).ToArray();
        Assert.True(queries.Length > 5, "the dashboard's row has moved");
        Assert.Empty(Dashboard.Complaints(queries, instruments));
    }
}
