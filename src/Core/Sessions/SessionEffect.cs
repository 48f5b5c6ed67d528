namespace QodOrleans.Core.Sessions;

/// <summary>The call to the operator that follows from a decision. It is made once the decision is durable, and its outcome is the next command.</summary>
public abstract record SessionEffect
{
    private SessionEffect() { }

    /// <summary>Set the session up. Idempotent by session id.</summary>
    public sealed record CreateAtOperator : SessionEffect;

    /// <summary>Ask whether the operator has the session.</summary>
    public sealed record LookUpAtOperator : SessionEffect;

    /// <summary>Ask the operator to keep it until the new end. The operator may refuse, so nothing is committed before its answer.</summary>
    public sealed record ExtendAtOperator(TimeSpan Duration, DateTimeOffset Until) : SessionEffect;

    /// <summary>Delete it. "Not there" is success.</summary>
    public sealed record ReleaseAtOperator : SessionEffect;

    public static readonly SessionEffect Create = new CreateAtOperator();
    public static readonly SessionEffect LookUp = new LookUpAtOperator();
    public static readonly SessionEffect Release = new ReleaseAtOperator();
}
