using Orleans.Concurrency;
using Orleans.GrainDirectory;
using QodOrleans.Core.Engine;
using QodOrleans.Core.Operators;
using QodOrleans.Core.Sessions;
using QodOrleans.Engine;
using QodOrleans.Grains.DueSessions;
using QodOrleans.Grains.Shares;

namespace QodOrleans.Grains.Sessions;

/// <summary>Gives a <see cref="SessionProcess"/> its activation.</summary>
/// <remarks>Calls interleave, and the process takes turns by its own queue. While the cluster's members change, another activation of the session may write;
/// the process allows for that. The activation ends as soon as its process expects no more calls for a while.</remarks>
[Reentrant, ByShare, GrainDirectory(ShareDirectory.Name)]
internal sealed class QosSessionGrain : Grain, IQosSessionGrain, IRemindable
{
    private static readonly DeactivationReason NothingToCome = new(DeactivationReasonCode.ApplicationRequested, "Nothing more is to come, or memory is old.");

    private readonly SessionProcess process;

    public QosSessionGrain(SessionServices services) =>
        process = new SessionProcess(new SessionId(this.GetPrimaryKey()), services, () => GrainContext.Deactivate(NothingToCome));

    public Task<SessionResult> CreateAsync(CreateSession request, DateTimeOffset validUntil) => process.CreateAsync(request, validUntil);

    public Task<SessionResult> DeleteAsync(Caller? caller) => process.DeleteAsync(caller);

    public async Task<ExtensionResult> ExtendAsync(Caller caller, Extension extension)
    {
        var (result, moved) = await process.ExtendAsync(caller, extension.From, extension.ToCommand());
        return new ExtensionResult(result, moved);
    }

    public Task<SessionResult> ReportAsync(OperatorOutcome report) => process.ReportAsync(report);

    public Task ReceiveReminder(string reminderName, TickStatus status) =>
        reminderName == DueSessionPoller.Release ? process.ReleaseAsync() : process.DueAsync();
}
