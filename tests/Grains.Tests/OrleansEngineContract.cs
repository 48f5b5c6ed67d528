using QodOrleans.Contracts;

namespace QodOrleans.Grains.Tests;

/// <summary>The suite of every engine, on grains over Postgres.</summary>
public sealed class OrleansEngineContract : SessionEngineContract<OrleansClusterFixture>;
