using System.Runtime.Versioning;
using QodOrleans.TestSupport;

// These tests start programs, load them and measure times: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// Signals, /proc and bash.
[assembly: SupportedOSPlatform("linux")]

// One database server for all but the tests that crash theirs.
[assembly: AssemblyFixture(typeof(PostgresServer))]
