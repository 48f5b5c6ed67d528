namespace QodOrleans.Core.Notifications;

/// <summary>Takes events to their sinks. The engine calls it right after the commit that wrote them to the outbox.</summary>
public interface IEventDispatcher
{
    /// <summary>Never blocks and never throws: what does not fit in memory is taken from the outbox later.</summary>
    void Dispatch(QosStatusChanged change);

    /// <summary>Events may be in the outbox that were not dispatched here: they are looked for, and go before later ones. Never blocks and never
    /// throws.</summary>
    void CatchUp()
    {
    }

    /// <summary>A server has asked another process for a pause. Never blocks and never throws.</summary>
    void Throttle(SinkThrottle throttle)
    {
    }
}
