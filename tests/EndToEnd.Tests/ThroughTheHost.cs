using QodOrleans.EndToEnd.Tests.Contracts;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>One host for all of these.</summary>
[CollectionDefinition]
public sealed class ThroughTheHost : ICollectionFixture<StandaloneService>, ICollectionFixture<SampleTools>;

[Collection<ThroughTheHost>]
public sealed class LoginTests(StandaloneService service) : LoginContract(service);

[Collection<ThroughTheHost>]
public sealed class MainJobTests(StandaloneService service) : MainJobContract(service);

[Collection<ThroughTheHost>]
public sealed class SurfaceTests(StandaloneService service) : SurfaceContract(service);

[Collection<ThroughTheHost>]
public sealed class SampleTests(StandaloneService service, SampleTools tools) : SampleContract(service, tools);

[Collection<ThroughTheHost>]
public sealed class ReferenceTests(StandaloneService service) : ReferenceContract(service);

[Collection<ThroughTheHost>]
public sealed class HostileInputTests(StandaloneService service) : HostileInputContract(service, requests: 4000);

[Collection<ThroughTheHost>]
public sealed class ThirdPartyClientTests(StandaloneService service) : ThirdPartyClientContract(service);
