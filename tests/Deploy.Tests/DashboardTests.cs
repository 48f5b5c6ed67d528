using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QodOrleans.Hosting;
using QodOrleans.Postgres;

namespace QodOrleans.Deploy.Tests;

/// <summary>A panel whose query names nothing stays empty, and nobody knows whether all is well. The row of the cluster is looked at in Grains.Tests.</summary>
public sealed class DashboardTests : IAsyncLifetime
{
    private readonly Dashboard dashboard = new(Repository.At("deploy", "grafana", "qod.json"));
    private readonly Instruments instruments = new();
    private readonly SiloHost host = new();
    private readonly ServiceProvider store = new ServiceCollection()
        .AddQodPostgres(new ConfigurationBuilder().AddInMemoryCollection([new("Qod:Postgres:ConnectionString", "Host=nowhere.invalid")]).Build())
        .BuildServiceProvider();

    public async ValueTask InitializeAsync()
    {
        // The host runs over memory; what a store in Postgres measures is there without a server.
        store.GetRequiredService<PostgresMetrics>();
        store.GetRequiredService<NpgsqlDataSource>();
        await host.CreateSessionAsync();
        await instruments.MeasuredAsync("qod.webhooks.attempts");
        instruments.Observe();
    }

    [Fact]
    public void Every_query_names_series_and_labels_that_a_host_makes()
    {
        var queries = dashboard.Queries.Where(query => query.Row != Dashboard.ClusterRow).ToArray();
        Assert.True(queries.Length > 20, "the dashboard's panels have moved");
        Assert.Empty(Dashboard.Complaints(queries, instruments));
    }

    [Fact]
    public void Every_query_is_of_the_chosen_instances()
    {
        Assert.All(dashboard.Queries, query => Assert.Equal(
            Regex.Count(query.Expression, string.Join('|', query.Series.Select(name => $@"\b{name}\b"))),
            Regex.Count(query.Expression, Regex.Escape("{instance=~\"$instance\""))));
    }

    [Fact]
    public void Every_variable_is_filled_by_a_series_that_has_its_label()
    {
        Assert.Equal(["operator", "instance"], dashboard.Variables.Select(variable => variable.Name));
        Assert.All(dashboard.Variables, variable =>
        {
            var labels = instruments.LabelsOf(Assert.Contains(variable.Series, instruments.Series));
            Assert.Contains(variable.Label, labels!.Append("instance"));
        });
    }

    [Fact]
    public void One_thing_has_one_label_whatever_measures_it_and_the_page_names_them_all()
    {
        var known = Regex.Matches(Repository.Read("docs", "operations.md"), "`(qod_[a-z_]+)`").Select(match => match.Groups[1].Value).ToHashSet();
        var ours = instruments.Series.Values.Where(instrument => instrument.Meter.Name.StartsWith("QodOrleans.", StringComparison.Ordinal)).Distinct().ToArray();
        Assert.Subset(known, ours.SelectMany(instrument => instruments.LabelsOf(instrument) ?? []).ToHashSet());
        Assert.All(["qod.session.creates", "qod.api.creates", "qod.operator.calls", "qod.webhooks.attempts"], measured =>
            Assert.Contains("qod_outcome", instruments.LabelsOf(ours.First(instrument => instrument.Name == measured))!));
    }

    [Fact]
    public void Every_meter_that_is_shown_is_exported()
    {
        var exported = (string[])typeof(TelemetryExtensions).GetField("Meters", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        var shown = dashboard.Queries.SelectMany(query => query.Series)
            .Select(name => instruments.Series.TryGetValue(name, out var instrument) ? instrument.Meter.Name : name.StartsWith("orleans_", StringComparison.Ordinal) ? "Microsoft.Orleans" : "QodOrleans.Engine")
            .Distinct();

        Assert.All(shown, meter => Assert.Contains(exported, pattern => pattern == meter || (pattern.EndsWith('*') && meter.StartsWith(pattern[..^1], StringComparison.Ordinal))));
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await host.DisposeAsync();
        instruments.Dispose();
    }
}
