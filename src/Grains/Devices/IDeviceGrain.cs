using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Devices;

/// <summary>Admits sessions of one device, one after the other. The key is the device key, which hides the subscriber. Called by session grains.</summary>
[Alias("qod.IDeviceGrain")]
public interface IDeviceGrain : IGrainWithGuidKey
{
    /// <summary>Commits a new session if no other holds an overlapping flow of the device.</summary>
    /// <param name="session">As <see cref="SessionMachine.Create"/> made it.</param>
    [Alias("Admit")]
    Task<AdmissionOutcome> AdmitAsync([Immutable] QosSession session);
}

/// <summary>How an admission ended. Only the first leaves something behind.</summary>
[GenerateSerializer, Alias("qod.admission")]
public enum AdmissionOutcome
{
    Admitted = 0,

    /// <summary>Another session holds an overlapping flow.</summary>
    Conflict = 1,

    /// <summary>A session of this id exists already: an earlier attempt of the same create.</summary>
    Exists = 2,

    /// <summary>The device is being changed by another owner; repeating helps.</summary>
    Contended = 3,

    /// <summary>The store does not answer.</summary>
    StoreUnavailable = 4,
}
