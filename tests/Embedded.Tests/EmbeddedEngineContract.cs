using QodOrleans.Contracts;

namespace QodOrleans.Embedded.Tests;

public sealed class EmbeddedEngineOnMemory : SessionEngineContract<MemoryEngineFixture>;
