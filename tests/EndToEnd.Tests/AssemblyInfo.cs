using System.Runtime.Versioning;
using QodOrleans.TestSupport;

// These tests wait for the programs that they start more than they work: two at a time. Those that load the machine are in the collection Alone.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

// Signals, /proc and bash.
[assembly: SupportedOSPlatform("linux")]

// One database server for all but the tests that crash theirs.
[assembly: AssemblyFixture(typeof(PostgresServer))]
