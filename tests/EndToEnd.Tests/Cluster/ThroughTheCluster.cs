using QodOrleans.EndToEnd.Tests.Contracts;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests.Cluster;

/// <summary>One cluster for all tests of this collection.</summary>
[CollectionDefinition]
public sealed class ThroughTheCluster : ICollectionFixture<ClusterService>, ICollectionFixture<SampleTools>;

[Collection<ThroughTheCluster>]
public sealed class LoginTests(ClusterService service) : LoginContract(service);

[Collection<ThroughTheCluster>]
public sealed class MainJobTests(ClusterService service) : MainJobContract(service);

[Collection<ThroughTheCluster>]
public sealed class HostileInputTests(ClusterService service) : HostileInputContract(service, requests: 3000);
