using Microsoft.Extensions.Options;
using Orleans.GrainDirectory;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Devices;

/// <summary>A device in memory: its fence, and the flows that were held when it was last asked for. The store's fence decides, so a second
/// activation of the same device, while the members change, can admit nothing that this one does not know.</summary>
/// <remarks>A device that was never heard of before goes at once: there are very many of them. One that comes again stays until it is idle.</remarks>
[ByShare, GrainDirectory(ShareDirectory.Name)]
internal sealed class DeviceGrain(ISessionStore store, SessionPolicy policy, TimeProvider time, IOptions<GrainEngineOptions> options) : Grain, IDeviceGrain
{
    private const int StaleRetries = 3;

    // Taken for a device that nobody has asked for yet, which it mostly is; if it is not, its fence says so, and it is read.
    private DeviceFlows known = DeviceFlows.Unheard;

    public async Task<AdmissionOutcome> AdmitAsync(QosSession session)
    {
        try
        {
            return await TryAdmitAsync(session, new DeviceKey(this.GetPrimaryKey()));
        }
        catch (StoreUnavailableException)
        {
            ((IGrainBase)this).DeactivateOnIdle();
            return AdmissionOutcome.StoreUnavailable;
        }
    }

    private async Task<AdmissionOutcome> TryAdmitAsync(QosSession session, DeviceKey key)
    {
        var flow = policy.ClaimOf(session);
        for (var attempt = 0; attempt <= StaleRetries; attempt++)
        {
            // Nobody waits for it any more (see IQosSessionGrain.CreateAsync). A silo that freezes after this look comes back with an old fence.
            if (time.GetUtcNow() - session.Terms.CreatedAt > options.Value.AttemptTimeout) return AdmissionOutcome.StoreUnavailable;

            if (known.Conflicts(flow))
            {
                // What is in memory may hold sessions that have ended since: only the store's word refuses a client.
                known = await store.ReadDeviceAsync(key);
                if (known.Held.ContainsKey(session.Id)) return AdmissionOutcome.Exists;
                if (known.Conflicts(flow)) return AdmissionOutcome.Conflict;
            }
            CommitResult result;
            using (GrainMetrics.StartCommit()) result = await store.CommitAsync(new SessionCommit(session, Event: null, new Admission(key, known.Fence)));
            switch (result.Status)
            {
                case CommitStatus.Committed:
                    if (known == DeviceFlows.Unheard) ((IGrainBase)this).DeactivateOnIdle();
                    known = known.With(session.Id, flow, result.DeviceFence);
                    return AdmissionOutcome.Admitted;
                case CommitStatus.StaleSession:
                    return AdmissionOutcome.Exists;
                default:
                    known = await store.ReadDeviceAsync(key);
                    break;
            }
        }
        return AdmissionOutcome.Contended;
    }
}
