using QodOrleans.EndToEnd.Tests.Contracts;
using QodOrleans.EndToEnd.Tests.Support;

namespace QodOrleans.EndToEnd.Tests;

/// <summary>What applications see is tested through gateways and silos; here, in short, that a silo which serves the API itself is the same.</summary>
[CollectionDefinition]
public sealed class ThroughOneSilo : ICollectionFixture<OneSiloService>;

[Collection<ThroughOneSilo>]
public sealed class LoginTests(OneSiloService service) : LoginContract(service);

[Collection<ThroughOneSilo>]
public sealed class MainJobTests(OneSiloService service) : MainJobContract(service);

[Collection<ThroughOneSilo>]
public sealed class HostileInputTests(OneSiloService service) : HostileInputContract(service, requests: 1500);
