using QodOrleans.Bench.Processes;

namespace QodOrleans.Bench;

/// <summary>How a run was asked for.</summary>
internal sealed record BenchOptions
{
    /// <summary>Connection string of a role that may create databases, to any existing one.</summary>
    public required string Postgres { get; init; }

    /// <summary>What is measured.</summary>
    public required Programs Programs { get; init; }

    /// <summary>What it is compared with instead of the baselines; null where it is not.</summary>
    public Programs? Against { get; init; }

    /// <summary>What was typed after <c>./qod bench</c>, for the report.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Length of each measured turn. Default 30 s; 5 s when quick.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Load before the first measured turn of each service, so that none is measured while it compiles. Default 10 s; 3 s when quick.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>At least 1; default 3. Values are medians over them.</summary>
    public required int Rounds { get; init; }

    /// <summary>Connections of the closed loop. 1 to 1,024; default 128.</summary>
    public required int Connections { get; init; }

    /// <summary>A tenth of the sessions, for trying things out; the goals are about the full numbers.</summary>
    public required bool Quick { get; init; }

    /// <summary>Sessions that end within one second.</summary>
    public int ExpiringSessions => Quick ? 10_000 : 100_000;

    /// <summary>Live sessions at a restart.</summary>
    public int LiveSessions => Quick ? 100_000 : 1_000_000;

    /// <summary>The arguments without those that <c>./qod</c> adds: they differ on every machine, and one may hold a password.</summary>
    public static IEnumerable<string> AsTyped(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i].Split('=')[0];
            if (name is not ("--postgres" or "--checkout")) yield return arguments[i];
            else if (name == arguments[i]) i++;
        }
    }
}
