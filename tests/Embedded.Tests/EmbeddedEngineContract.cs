using QodOrleans.Contracts;

namespace QodOrleans.Embedded.Tests;

public sealed class EmbeddedEngineOnMemory : SessionEngineContract<MemoryEngineFixture>;

public sealed class EmbeddedEngineOnPostgres : SessionEngineContract<PostgresEngineFixture>;
