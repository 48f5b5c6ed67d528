using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine;

/// <summary>How an admission ended. Only the first leaves something behind.</summary>
public enum AdmissionOutcome
{
    Admitted = 0,

    /// <summary>Another session holds an overlapping flow.</summary>
    Conflict = 1,

    /// <summary>A session of this id exists already: an earlier attempt of the same create.</summary>
    Exists = 2,

    /// <summary>Too many creates wait for the device, or another owner is changing it; repeating helps.</summary>
    Contended = 3,

    /// <summary>The store does not answer.</summary>
    StoreUnavailable = 4,
}

/// <summary>Admits the sessions of one device, one after the other. Remembers its fence, and the flows that were held when it was last asked for.
/// The store's fence decides, so a second owner of the same device can admit nothing that this one does not know.</summary>
/// <param name="leave">Called when nothing is in flight and this memory is not worth keeping: a device that was never heard of before, as most are,
/// or one whose store did not answer. One that comes again stays.</param>
public sealed class DeviceAdmission(DeviceKey key, SessionServices services, Action leave)
{
    /// <summary>Commits of one admission, where another owner changes the device at the same time.</summary>
    private const int MostRounds = 4;

    private readonly CommandQueue queue = new(services.Options.MailboxCapacity);

    // Taken for a device that has not been asked for yet, which it mostly is; if it is not, its fence says so, and it is read.
    private DeviceFlows known = DeviceFlows.Unknown;
    private bool leaving;

    /// <summary>Commits a new session if no other holds an overlapping flow of the device.</summary>
    /// <param name="session">As <see cref="SessionMachine.Create"/> made it.</param>
    /// <param name="validUntil">When the caller stops waiting, and may repeat it elsewhere: from then on nothing is admitted.</param>
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
        var flow = services.Policy.ClaimOf(session);
        for (var round = 1; round <= MostRounds; round++)
        {
            // Its caller has stopped waiting (see SessionProcess.CreateAsync). An owner that freezes after this look comes back with an old fence.
            if (services.Time.GetUtcNow() > validUntil) return AdmissionOutcome.StoreUnavailable;

            if (known.Conflicts(flow))
            {
                // What is in memory may hold sessions that have ended since: only the store's word refuses a client.
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
