namespace QodOrleans.Core.Sessions;

/// <summary>What an engine must do at the operator after the decision is durable. Its outcome comes back as the next command.</summary>
public abstract record SessionEffect
{
    private SessionEffect() { }

    /// <summary>Set the session up. Idempotent by session id.</summary>
    public sealed record CreateAtOperator : SessionEffect;

    /// <summary>Ask whether the operator has the session.</summary>
    public sealed record LookUpAtOperator : SessionEffect;

    /// <summary>Ask the operator to keep it until the new end; decided before anything is committed, because the operator may refuse.</summary>
    public sealed record ExtendAtOperator(TimeSpan Duration, DateTimeOffset Until) : SessionEffect;

    /// <summary>Delete it. "Not there" is success.</summary>
    public sealed record ReleaseAtOperator : SessionEffect;

    public static readonly SessionEffect Create = new CreateAtOperator();
    public static readonly SessionEffect LookUp = new LookUpAtOperator();
    public static readonly SessionEffect Release = new ReleaseAtOperator();
}
