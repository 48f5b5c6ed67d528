using Orleans.Services;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Grains.Events;

/// <summary>Takes the events that another silo has committed, of sessions that this one looks after.</summary>
[Alias("qod.IEventInbox")]
internal interface IEventInbox : IGrainService
{
    /// <param name="catchUp">True: earlier ones did not get through, and are to be looked for in the outbox first.</param>
    [Alias("Take")]
    Task TakeAsync([Immutable] QosStatusChanged[] changes, bool catchUp);

    /// <summary>A server has asked another silo for a pause (<see cref="SinkThrottle"/>).</summary>
    [Alias("Rest")]
    Task ThrottleAsync(string clientId, string server, DateTimeOffset until);
}
