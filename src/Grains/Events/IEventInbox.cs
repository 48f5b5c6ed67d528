using Orleans.Services;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Grains.Events;

/// <summary>Takes events that another silo has committed, of sessions that this silo owns.</summary>
[Alias("qod.IEventInbox")]
internal interface IEventInbox : IGrainService
{
    /// <param name="catchUp">True: earlier events did not get through. They must be read from the outbox first.</param>
    [Alias("Take")]
    Task TakeAsync([Immutable] QosStatusChanged[] changes, bool catchUp);

    /// <summary>A server has asked another silo for a pause (<see cref="SinkThrottle"/>).</summary>
    [Alias("Rest")]
    Task ThrottleAsync(string clientId, string server, DateTimeOffset until);
}
