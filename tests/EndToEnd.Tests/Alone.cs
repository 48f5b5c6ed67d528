namespace QodOrleans.EndToEnd.Tests;

/// <summary>Tests that load the machine, some of which measure times then. They run when all others have ended, one at a time.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
