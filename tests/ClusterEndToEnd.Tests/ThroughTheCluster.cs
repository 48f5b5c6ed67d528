using QodOrleans.ClusterEndToEnd.Tests.Support;
using QodOrleans.EndToEnd.Tests.Contracts;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.ClusterEndToEnd.Tests;

/// <summary>One cluster for all of these.</summary>
[CollectionDefinition]
public sealed class ThroughTheCluster : ICollectionFixture<ClusterService>, ICollectionFixture<SampleTools>;

[Collection<ThroughTheCluster>]
public sealed class LoginTests(ClusterService service) : LoginContract(service);

[Collection<ThroughTheCluster>]
public sealed class MainJobTests(ClusterService service) : MainJobContract(service);

[Collection<ThroughTheCluster>]
public sealed class SurfaceTests(ClusterService service) : SurfaceContract(service);

[Collection<ThroughTheCluster>]
public sealed class SampleTests(ClusterService service, SampleTools tools) : SampleContract(service, tools);

[Collection<ThroughTheCluster>]
public sealed class ReferenceTests(ClusterService service) : ReferenceContract(service);

[Collection<ThroughTheCluster>]
public sealed class HostileInputTests(ClusterService service) : HostileInputContract(service, requests: 1500);

[Collection<ThroughTheCluster>]
public sealed class ThirdPartyClientTests(ClusterService service) : ThirdPartyClientContract(service);
