using System.Runtime.Versioning;

// These tests start many programs and measure times: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// Signals.
[assembly: SupportedOSPlatform("linux")]
