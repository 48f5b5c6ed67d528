using QodOrleans.Core.Sessions;
using QodOrleans.Engine;

namespace QodOrleans.Grains.Devices;

/// <summary>Admits sessions of one device, one after the other. The key is the device key, which hides the subscriber. Called by session grains.</summary>
[Alias("qod.IDeviceGrain")]
public interface IDeviceGrain : IGrainWithGuidKey
{
    /// <summary>Commits a new session if no other holds an overlapping flow of the device.</summary>
    /// <param name="session">As <see cref="SessionMachine.Create"/> made it.</param>
    /// <param name="validUntil">When the caller stops waiting: from then on nothing is admitted.</param>
    [Alias("Admit")]
    Task<AdmissionOutcome> AdmitAsync([Immutable] QosSession session, DateTimeOffset validUntil);
}
