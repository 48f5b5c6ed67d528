using Orleans.Concurrency;
using Orleans.GrainDirectory;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Engine;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Devices;

/// <summary>Gives a <see cref="DeviceAdmission"/> its activation.</summary>
/// <remarks>Calls interleave, and the admission takes turns by its own queue, because that one is bounded and an activation's is not. The activation of a new
/// device ends at once, because there are very many of them. If the device comes again, its activation stays until it is idle.</remarks>
[Reentrant, ByShare, GrainDirectory(ShareDirectory.Name)]
internal sealed class DeviceGrain : Grain, IDeviceGrain
{
    private readonly DeviceAdmission admission;

    public DeviceGrain(SessionServices services) => admission = new DeviceAdmission(new DeviceKey(this.GetPrimaryKey()), services, DeactivateOnIdle);

    public Task<AdmissionOutcome> AdmitAsync(QosSession session, DateTimeOffset validUntil) => admission.AdmitAsync(session, validUntil);
}
