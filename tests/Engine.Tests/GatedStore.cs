using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;

namespace QodOrleans.Engine.Tests;

/// <summary>A store whose commits wait until a test lets them through.</summary>
internal sealed class GatedStore(ISessionStore inner) : ISessionStore
{
    private readonly Queue<TaskCompletionSource> waiting = new();
    private readonly List<(DueSession? After, DateTimeOffset Until)> dueReads = [];
    private bool closed;

    public Exception? Broken { get; set; }

    /// <summary>Read by due time so far: from where, until when.</summary>
    public IReadOnlyList<(DueSession? After, DateTimeOffset Until)> DueReads
    {
        get
        {
            lock (dueReads) return [.. dueReads];
        }
    }

    /// <summary>Awaited before each answer to a read by due time, after the rows were read.</summary>
    public Func<Task> AfterDueRead { get; set; } = () => Task.CompletedTask;

    /// <summary>Awaited before each commit.</summary>
    public Func<SessionCommit, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    public int Waiting => waiting.Count;

    public void Close() => closed = true;

    public void Open()
    {
        closed = false;
        while (waiting.TryDequeue(out var next)) next.SetResult();
    }

    public async ValueTask<CommitResult> CommitAsync(SessionCommit commit)
    {
        if (Broken is not null) throw Broken;
        await BeforeCommit(commit).ConfigureAwait(false);
        if (closed)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
            await turn.Task;
        }
        return await inner.CommitAsync(commit);
    }

    public ValueTask<QosSession?> ReadAsync(SessionId id) => Broken is null ? inner.ReadAsync(id) : throw Broken;

    public ValueTask<DeviceFlows> ReadDeviceAsync(DeviceKey device) => Broken is null ? inner.ReadDeviceAsync(device) : throw Broken;

    public async Task<IReadOnlyList<DueSession>> ReadDueAsync(DueSession? after, DateTimeOffset until, int limit, CancellationToken cancellation)
    {
        lock (dueReads) dueReads.Add((after, until));
        if (Broken is not null) throw Broken;
        var page = await inner.ReadDueAsync(after, until, limit, cancellation);
        await AfterDueRead();
        return page;
    }

    public Task<IReadOnlyList<QosSession>> ReadByClientAsync(string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        inner.ReadByClientAsync(clientId, user, limit, cancellation);

    public Task<IReadOnlyList<QosSession>> ReadByDeviceAsync(DeviceKey device, string clientId, SessionUser? user, int limit, CancellationToken cancellation) =>
        inner.ReadByDeviceAsync(device, clientId, user, limit, cancellation);
}
