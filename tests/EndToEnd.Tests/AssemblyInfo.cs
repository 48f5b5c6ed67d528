using System.Runtime.Versioning;

// These tests start programs, load them and measure times: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// Signals, /proc and bash.
[assembly: SupportedOSPlatform("linux")]
