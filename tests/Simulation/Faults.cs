namespace QodOrleans.Simulation;

/// <summary>Everything that can go wrong around the product's classes.</summary>
internal enum Fault
{
    // The store.
    StoreUnavailable,
    StoreDown,
    CommitInDoubtAndDone,
    CommitInDoubtAndNotDone,
    CommitInDoubtAndOvertaken,
    CommitLostWithItsProcess,
    StaleSession,
    StaleDevice,

    // Processes, and what is between them.
    Crash,
    Freeze,
    ClockStep,
    OwnersDiffer,
    SecondSession,
    SecondDevice,
    RequestLost,
    RequestLate,
    RequestDoubled,
    AnswerLost,
    AnswerLate,

    // Operators.
    OperatorRefuses,
    OperatorKnowsNobody,
    OperatorUnreachable,
    OperatorDown,
    OperatorDecidesLater,
    OperatorDecidesNo,
    OperatorWorksLate,
    OperatorWorksTooLate,
    OperatorRequestLost,
    OperatorAnswerLost,
    OperatorAnswerLate,
    OperatorTerminates,
    OperatorClockRunsOut,
    OperatorKeeps,
    OperatorDoesNotExtend,
    ReportLost,
    ReportRepeated,
    ReportLate,

    // Sinks.
    SinkUnreachable,
    SinkFails,
    SinkAsksForPause,
    SinkSilent,
    SinkAnswerLost,
    SinkRefuses,
    SinkGone,
}

/// <summary>Which faults happen in a world, and which have. A third of the kinds is left out of each, so that the others come in every company.</summary>
internal sealed class Faults
{
    private static readonly int Kinds = Enum.GetValues<Fault>().Length;

    private readonly Chance chance;
    private readonly bool[] isLeftOut = new bool[Kinds];
    private readonly double much;

    public Faults(Chance chance)
    {
        this.chance = chance;
        for (var kind = 0; kind < Kinds; kind++) isLeftOut[kind] = chance.Happens(1 / 3.0);
        much = chance.Happens(0.25) ? 2.5 : 1;
    }

    /// <summary>From now on everything works.</summary>
    public bool AreOver { get; set; }

    public long[] Seen { get; } = new long[Kinds];

    public bool Happens(Fault fault, double probability)
    {
        if (AreOver || isLeftOut[(int)fault] || !chance.Happens(probability * much)) return false;
        Saw(fault);
        return true;
    }

    /// <summary>It came of something else.</summary>
    public void Saw(Fault fault) => Seen[(int)fault]++;
}
