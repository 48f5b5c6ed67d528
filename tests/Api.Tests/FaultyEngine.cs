using QodOrleans.Core.Engine;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Api.Tests;

/// <summary>The engine of the grains, which can also be told to fail.</summary>
/// <param name="inner">Not asked for before the first call: a gateway is put together before it knows its cluster.</param>
internal sealed class FaultyEngine(Lazy<ISessionEngine> inner) : ISessionEngine
{
    /// <summary>Every call answers with this.</summary>
    public SessionError? Failure { get; set; }

    /// <summary>Every extension answers with this.</summary>
    public SessionError? ExtensionFailure { get; set; }

    /// <summary>Every look-up of a line answers with this.</summary>
    public SessionError? IdentificationFailure { get; set; }

    /// <summary>Every call throws this.</summary>
    public Exception? Bug { get; set; }

    /// <summary>Every call waits for this, or for its cancellation.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public CreateSession? LastCreate { get; private set; }

    public async Task<SessionResult> CreateSessionAsync(CreateSession request, CancellationToken cancellation)
    {
        LastCreate = request;
        return await InterruptAsync(cancellation) is { } failure ? failure : await inner.Value.CreateSessionAsync(request, cancellation);
    }

    public async Task<SessionResult> GetSessionAsync(SessionId id, Caller caller, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : await inner.Value.GetSessionAsync(id, caller, cancellation);

    public async Task<SessionResult> DeleteSessionAsync(SessionId id, Caller caller, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : await inner.Value.DeleteSessionAsync(id, caller, cancellation);

    public async Task<SessionResult> ExtendQosSessionDurationAsync(
        SessionId id, Caller caller, TimeSpan additional, ExtensionLimit limit, CancellationToken cancellation) =>
        (await InterruptAsync(cancellation) ?? ExtensionFailure) is { } failure
            ? failure
            : await inner.Value.ExtendQosSessionDurationAsync(id, caller, additional, limit, cancellation);

    public async Task<SessionListResult> ListSessionsAsync(Caller caller, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : await inner.Value.ListSessionsAsync(caller, cancellation);

    public async Task<SessionListResult> RetrieveSessionsAsync(Caller caller, Device? device, CancellationToken cancellation) =>
        await InterruptAsync(cancellation) is { } failure ? failure : await inner.Value.RetrieveSessionsAsync(caller, device, cancellation);

    public async Task<LineResult> IdentifyLineAsync(Device device, CancellationToken cancellation) =>
        (await InterruptAsync(cancellation) ?? IdentificationFailure) is { } failure ? failure : await inner.Value.IdentifyLineAsync(device, cancellation);

    private async Task<SessionError?> InterruptAsync(CancellationToken cancellation)
    {
        if (Hold is { } hold) await hold.Task.WaitAsync(cancellation);
        return Bug is null ? Failure : throw Bug;
    }
}
