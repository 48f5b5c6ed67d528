using Orleans.Concurrency;
using Orleans.GrainDirectory;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Engine;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Devices;

/// <summary>Where a <see cref="DeviceAdmission"/> lives, and how it is called.</summary>
/// <remarks>Calls interleave, and the admission takes turns by itself: its queue is bounded, an activation's is not. A device that was never heard of
/// before goes at once: there are very many of them. One that comes again stays until it is idle.</remarks>
[Reentrant, ByShare, GrainDirectory(ShareDirectory.Name)]
internal sealed class DeviceGrain : Grain, IDeviceGrain
{
    private readonly DeviceAdmission admission;

    public DeviceGrain(SessionServices services) => admission = new DeviceAdmission(new DeviceKey(this.GetPrimaryKey()), services, DeactivateOnIdle);

    public Task<AdmissionOutcome> AdmitAsync(QosSession session, DateTimeOffset validUntil) => admission.AdmitAsync(session, validUntil);
}
