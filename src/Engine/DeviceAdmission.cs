using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>How an admission ended. Only <see cref="Admitted"/> has stored the session.</summary>
public enum AdmissionOutcome
{
    Admitted = 0,

    /// <summary>Another session holds an overlapping flow.</summary>
    Conflict = 1,

    /// <summary>A session of this id exists already: an earlier attempt of the same create.</summary>
    Exists = 2,

    /// <summary>Too many creates wait for the device, or another owner is changing it. The client may repeat the request.</summary>
    Contended = 3,

    /// <summary>The store does not answer.</summary>
    StoreUnavailable = 4,
}

/// <summary>Admits the sessions of one device, one after the other. It remembers the device's fence, and the flows that sessions held when it last read them.
/// The store compares the fence at each admission. So if there are two owners of a device, neither can admit a session without knowing the other's.</summary>
/// <param name="leave">Called when no work is in flight and this memory is not worth keeping: for a device that was new, as most are, or if the store did not
/// answer. A device that comes again is kept.</param>
public sealed class DeviceAdmission(DeviceKey key, SessionServices services, Action leave)
{
    /// <summary>How often one admission is tried while another owner changes the device at the same time.</summary>
    private const int MostRounds = 4;

    private readonly CommandQueue queue = new(services.Options.MailboxCapacity);

    // Nothing is read at first: most devices are new, and have no session. If this device is not new, the store refuses the fence, and it is read then.
    private DeviceFlows known = DeviceFlows.Unknown;
    private bool leaving;

    /// <summary>Commits a new session if no other holds an overlapping flow of the device.</summary>
    /// <param name="session">As <see cref="SessionMachine.Create"/> made it.</param>
    /// <param name="validUntil">Nothing is admitted after this time: the caller no longer waits, and may have repeated the create elsewhere.</param>
    public async Task<AdmissionOutcome> AdmitAsync(QosSession session, DateTimeOffset validUntil)
    {
        services.InFlight.Begin();
        try
        {
            if (!await queue.EnterAsync()) return AdmissionOutcome.Contended;
            try
            {
                return await TryAdmitAsync(session, validUntil);
            }
            catch (StoreUnavailableException)
            {
                leaving = true;
                return AdmissionOutcome.StoreUnavailable;
            }
            finally
            {
                queue.Leave();
                if (leaving && queue.IsIdle) leave();
            }
        }
        finally
        {
            services.InFlight.End();
        }
    }

    private async Task<AdmissionOutcome> TryAdmitAsync(QosSession session, DateTimeOffset validUntil)
    {
        var flow = services.Policy.RequiredFlowOf(session);
        for (var round = 1; round <= MostRounds; round++)
        {
            // The caller no longer waits (see SessionProcess.CreateAsync). If this owner is frozen right after this check, and another one admits a session
            // meanwhile, the store refuses this one's fence.
            if (services.Time.GetUtcNow() > validUntil) return AdmissionOutcome.StoreUnavailable;

            if (known.Conflicts(flow))
            {
                // Sessions in memory may have ended, so a client is refused only by what the store holds.
                known = await services.Store.ReadDeviceAsync(key);
                if (known.Held.ContainsKey(session.Id)) return AdmissionOutcome.Exists;
                if (known.Conflicts(flow)) return AdmissionOutcome.Conflict;
            }
            CommitResult result;
            using (EngineMetrics.StartCommit())
                result = await services.Store.CommitAsync(new SessionCommit(session, Event: null, new Admission(key, known.Fence)));
            switch (result.Status)
            {
                case CommitStatus.Committed:
                    leaving = known == DeviceFlows.Unknown;
                    known = known.With(session.Id, flow, result.DeviceFence);
                    return AdmissionOutcome.Admitted;
                case CommitStatus.StaleSession:
                    return AdmissionOutcome.Exists;
                default:
                    known = await services.Store.ReadDeviceAsync(key);
                    break;
            }
        }
        return AdmissionOutcome.Contended;
    }
}
