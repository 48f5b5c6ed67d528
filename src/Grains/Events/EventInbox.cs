using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QodOrleans.Core.Notifications;

namespace QodOrleans.Grains.Events;

/// <inheritdoc cref="IEventInbox" />
internal sealed class EventInbox(GrainId id, Silo silo, ILoggerFactory logs, IServiceProvider services) : GrainService(id, silo, logs), IEventInbox
{
    private readonly IEventDispatcher local = services.GetRequiredService<IEventDispatcher>();

    public Task TakeAsync(QosStatusChanged[] changes, bool catchUp)
    {
        if (catchUp) local.CatchUp();
        foreach (var change in changes) local.Dispatch(change);
        return Task.CompletedTask;
    }

    public Task ThrottleAsync(string clientId, string server, DateTimeOffset until)
    {
        local.Throttle(new SinkThrottle(clientId, server, until));
        return Task.CompletedTask;
    }
}

/// <summary>Reaches the inbox of a silo.</summary>
internal sealed class EventInboxClient(IServiceProvider services) : Orleans.Runtime.Services.GrainServiceClient<IEventInbox>(services)
{
    public IEventInbox Of(SiloAddress silo) => GetGrainService(silo);
}
