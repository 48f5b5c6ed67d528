using QodOrleans.Contracts;

namespace QodOrleans.Grains.Tests;

// The suites of every engine, on grains. A cluster takes about a second to start, so they are classes of their own, which run side by side.

public sealed class MemoryOperatorAnswers : OperatorAnswersContract<ClusterOverMemory>;

public sealed class PostgresOperatorAnswers : OperatorAnswersContract<ClusterOverPostgres>;

public sealed class MemorySessionLife : SessionLifeContract<ClusterOverMemory>;

public sealed class PostgresSessionLife : SessionLifeContract<ClusterOverPostgres>;

public sealed class MemoryCallersAndDevices : CallersAndDevicesContract<ClusterOverMemory>;

public sealed class PostgresCallersAndDevices : CallersAndDevicesContract<ClusterOverPostgres>;

public sealed class MemoryCrash : CrashContract<ClusterOverMemory>;

public sealed class PostgresCrash : CrashContract<ClusterOverPostgres>;
