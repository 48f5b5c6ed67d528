using QodOrleans.Contracts;

namespace QodOrleans.Grains.Tests;

/// <summary>The suite of every engine, on grains.</summary>
public sealed class MemoryEngineContract : SessionEngineContract<ClusterOverMemory>;

/// <inheritdoc cref="MemoryEngineContract" />
public sealed class PostgresEngineContract : SessionEngineContract<ClusterOverPostgres>;
