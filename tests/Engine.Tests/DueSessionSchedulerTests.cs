using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using QodOrleans.Core;
using QodOrleans.Core.Flows;
using QodOrleans.Core.Sessions;
using QodOrleans.Core.Storage;
using QodOrleans.Memory;
using QodOrleans.TestSupport;

namespace QodOrleans.Engine.Tests;

/// <summary>When sessions are called. A call here commits the session's next due time, as a session does, unless a test holds it or makes it fail.</summary>
public sealed class DueSessionSchedulerTests : IDueSessionHost, IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = new EngineOptions().DueWindow;

    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTimeProvider time = new();
    private readonly MemoryStore memory = new();
    private readonly GatedStore store;
    private readonly EngineOptions options = new();
    private readonly ConcurrentQueue<string> calls = new();
    private readonly ConcurrentDictionary<SessionId, string> names = new();
    private readonly HashSet<SessionId> others = [];
    private readonly RecordedLog<DueSessionScheduler> log = new();
    private Func<DueSession, Task> whenCalled;
    private readonly DueSessionScheduler scheduler;

    public DueSessionSchedulerTests()
    {
        store = new GatedStore(memory);
        whenCalled = EndAsync;
        var metrics = new EngineMetrics(services.GetRequiredService<IMeterFactory>(), new InFlight());
        scheduler = new DueSessionScheduler(this, store, time, time, metrics, options, log);
    }

    bool IDueSessionHost.IsOurs(SessionId id) => !others.Contains(id);

    Task IDueSessionHost.CallAsync(DueSession due)
    {
        calls.Enqueue(names[due.Id]);
        return whenCalled(due);
    }

    Task IDueSessionHost.ReleaseAsync(SessionId id)
    {
        calls.Enqueue($"release {names[id]}");
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        scheduler.Dispose();
        services.Dispose();
    }

    [Fact]
    public async Task A_session_is_called_when_it_is_due_and_not_a_millisecond_before()
    {
        await StoredAsync("a", 10 * Second);
        await StartedAsync(waiting: 1);

        time.Advance(10 * Second - TimeSpan.FromMilliseconds(1));
        Assert.Empty(calls);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["a"], calls);
    }

    [Fact]
    public async Task What_is_overdue_at_the_start_comes_first_and_in_order()
    {
        await StoredAsync("late", -Second);
        await StoredAsync("later", -2 * Second);
        await StoredAsync("soon", Second);
        scheduler.Start();

        await CalledAsync("later", "late");
        time.Advance(Second);
        await CalledAsync("later", "late", "soon");
    }

    [Fact]
    public async Task What_is_due_after_the_window_takes_no_memory_and_is_called_on_its_time()
    {
        await StoredAsync("a", 2 * Window);
        await StartedAsync(waiting: 0);
        Schedule("a", 2 * Window);
        Assert.Equal(0, scheduler.Waiting);

        for (var waited = TimeSpan.Zero; waited < 2 * Window - Second; waited += Second) await TimeGoesByAsync(Second);
        Assert.Empty(calls);
        Assert.Equal(1, scheduler.Waiting);
        time.Advance(Second);
        Assert.Equal(["a"], calls);
    }

    [Fact]
    public async Task A_commit_within_the_window_needs_no_reading()
    {
        await StartedAsync(waiting: 0);
        Schedule("a", 5 * Second);
        var reads = store.DueReads.Count;

        time.Advance(5 * Second);

        Assert.Equal(["a"], calls);
        Assert.Equal(reads, store.DueReads.Count);
    }

    [Fact]
    public async Task A_session_that_was_moved_is_called_at_its_new_time_only_and_one_that_is_gone_never()
    {
        await StartedAsync(waiting: 0);
        Schedule("moved on", 5 * Second);
        Schedule("moved on", 9 * Second);
        Schedule("brought forward", 9 * Second);
        Schedule("brought forward", 2 * Second);
        Schedule("moved out of sight", 3 * Second);
        Schedule("moved out of sight", 2 * Window);
        Schedule("gone", 4 * Second);
        scheduler.Forget(IdOf("gone"));

        time.Advance(8 * Second);
        Assert.Equal(["brought forward"], calls);
        time.Advance(Second);
        Assert.Equal(["brought forward", "moved on"], calls);
    }

    [Fact]
    public async Task Memory_is_bounded_and_what_does_not_fit_is_called_all_the_same()
    {
        options.DueQueueLimit = 3;
        for (var n = 1; n <= 6; n++) await StoredAsync($"{n}", n * Second);
        await StartedAsync(waiting: 6);
        // A page is taken whole; commits are not.
        Schedule("7", 7 * Second);
        Assert.Equal(6, scheduler.Waiting);
        await StoredAsync("7", 7 * Second);

        time.Advance(7 * Second);
        await Eventually.IsTrueAsync(() =>
        {
            scheduler.Look();
            return calls.Count == 7;
        });
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], calls);
    }

    [Fact]
    public async Task A_look_finds_what_another_hand_has_brought_forward_or_put_in()
    {
        await StartedAsync(waiting: 0);
        Schedule("brought forward", 50 * Second);
        await StoredAsync("brought forward", -Second);
        await StoredAsync("put in", -2 * Second);
        Assert.Empty(calls);

        scheduler.Look();

        await CalledAsync("put in", "brought forward");
        scheduler.Look();
        await CalledAsync("put in", "brought forward");
    }

    [Fact]
    public async Task Another_processs_sessions_are_left_to_it_until_they_are_ours()
    {
        await StoredAsync("theirs", 5 * Second);
        others.Add(IdOf("theirs"));
        await StartedAsync(waiting: 0);
        Schedule("theirs", 5 * Second);
        Assert.Equal(0, scheduler.Waiting);

        others.Clear();
        scheduler.OwnersChanged();
        await Eventually.IsTrueAsync(() => scheduler.Waiting == 1);

        time.Advance(5 * Second);
        Assert.Equal(["theirs"], calls);
    }

    [Fact]
    public async Task A_session_that_became_another_processs_is_not_called_here()
    {
        await StoredAsync("a", 5 * Second);
        await StartedAsync(waiting: 1);
        others.Add(IdOf("a"));

        time.Advance(5 * Second);

        Assert.Empty(calls);
        Assert.Equal(0, scheduler.Waiting);
    }

    [Fact]
    public async Task No_more_are_called_at_a_time_than_may_be_and_the_end_of_one_calls_the_next()
    {
        options.DueInFlight = 2;
        var ends = Held();
        for (var n = 1; n <= 4; n++) await StoredAsync($"{n}", TimeSpan.FromMilliseconds(n));
        await StartedAsync(waiting: 4);

        time.Advance(Second);
        Assert.Equal(["1", "2"], calls);
        Assert.Equal(2, scheduler.InFlight);

        ends["1"].SetResult();
        await CalledAsync("1", "2", "3");
        Assert.Equal(2, scheduler.InFlight);
    }

    [Fact]
    public async Task Where_much_is_due_ending_goes_before_releasing()
    {
        options.DueInFlight = 1;
        var ends = Held();
        await StoredAsync("a", Second - TimeSpan.FromMilliseconds(1));
        await StoredAsync("b", Second);
        await StartedAsync(waiting: 2);
        Assert.False(scheduler.TryPutOffRelease(IdOf("a")));

        time.Advance(Second);
        Assert.True(scheduler.TryPutOffRelease(IdOf("a")));
        ends["a"].SetResult();
        await CalledAsync("a", "b");
        Assert.False(scheduler.TryPutOffRelease(IdOf("b")));
        ends["b"].SetResult();
        await CalledAsync("a", "b", "release a");
    }

    [Fact]
    public async Task A_call_that_failed_is_made_again_after_a_pause()
    {
        whenCalled = _ => throw new StoreUnavailableException("Away.");
        await StoredAsync("a", Second);
        await StartedAsync(waiting: 1);
        time.Advance(Second);
        Assert.Equal(["a"], calls);

        scheduler.Look();
        await time.TimerSetAsync(Second);
        Assert.Equal(["a"], calls);

        whenCalled = EndAsync;
        time.Advance(Second);
        await Eventually.IsTrueAsync(() =>
        {
            scheduler.Look();
            return calls.Count == 2;
        });
    }

    [Fact]
    public async Task A_look_does_not_call_what_is_being_called_nor_what_ended_while_it_read()
    {
        var ends = Held();
        await StoredAsync("a", Second);
        await StartedAsync(waiting: 1);
        time.Advance(Second);
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.AfterDueRead = () => read.Task;
        var reads = store.DueReads.Count;

        scheduler.Look();
        Assert.Equal(reads + 1, store.DueReads.Count);
        ends["a"].SetResult();
        await Eventually.IsTrueAsync(() => scheduler.InFlight == 0);
        store.AfterDueRead = () => Task.CompletedTask;
        read.SetResult();

        await LooksAgainAsync();
        Assert.Equal(["a"], calls);
    }

    [Fact]
    public async Task While_much_is_overdue_here_the_store_is_not_looked_at_all_the_time_and_never_beyond_what_waits()
    {
        options.DueInFlight = 1;
        Held();
        await StoredAsync("a", Second);
        await StoredAsync("b", 2 * Second);
        await StartedAsync(waiting: 2);
        time.Advance(5 * Second);
        scheduler.Look();
        var reads = store.DueReads.Count;
        Assert.Equal(time.GetUtcNow() - 3 * Second, store.DueReads[^1].Until);

        scheduler.Look();
        Assert.Equal(reads, store.DueReads.Count);
        time.Advance(Second);
        await LooksAgainAsync();
        Assert.True(store.DueReads.Count > reads);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_asked_again_after_a_pause()
    {
        store.Broken = new StoreUnavailableException("Away.");
        await StoredAsync("a", Second);
        scheduler.Start();
        await Eventually.IsTrueAsync(() => log.Ids.Count == 1);
        scheduler.Look();
        Assert.Single(store.DueReads);

        store.Broken = null;
        time.Advance(Second);
        scheduler.Look();
        await CalledAsync("a");
    }

    [Fact]
    public async Task A_stop_waits_for_the_calls_under_way_and_takes_no_more_up()
    {
        options.DueInFlight = 1;
        var ends = Held();
        await StoredAsync("a", Second - TimeSpan.FromMilliseconds(1));
        await StoredAsync("b", Second);
        await StartedAsync(waiting: 2);
        time.Advance(Second);

        var stop = scheduler.StopAsync(CancellationToken.None);
        Assert.False(stop.IsCompleted);
        Assert.False(scheduler.TryPutOffRelease(IdOf("a")));
        ends["a"].SetResult();
        await stop.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        time.Advance(Second);
        scheduler.Look();
        Assert.Equal(["a"], calls);
    }

    private SessionId IdOf(string name)
    {
        foreach (var (id, known) in names)
            if (known == name) return id;
        var made = Sample.Requested().Id;
        names[made] = name;
        return made;
    }

    /// <summary>As another hand, or this process before, left it in the store.</summary>
    private async Task StoredAsync(string name, TimeSpan dueIn)
    {
        var id = IdOf(name);
        var due = time.GetUtcNow() + dueIn;
        var held = await memory.ReadAsync(id);
        var next = held is null ? Sample.Requested(dueAt: due) with { Id = id } : held with { DueAt = due, Version = held.Version + 1 };
        Assert.Equal(CommitStatus.Committed, (await memory.CommitAsync(next.Silent())).Status);
    }

    /// <summary>As a session's commit does it.</summary>
    private void Schedule(string name, TimeSpan dueIn) => scheduler.Schedule(IdOf(name), time.GetUtcNow() + dueIn);

    private async Task EndAsync(DueSession due)
    {
        if (await memory.ReadAsync(due.Id) is not { } session) return;
        var next = session with { DueAt = time.GetUtcNow() + 10 * Window, Version = session.Version + 1 };
        await memory.CommitAsync(next.Silent());
        scheduler.Schedule(due.Id, next.DueAt);
    }

    /// <summary>From now on a call ends when its entry does.</summary>
    private ConcurrentDictionary<string, TaskCompletionSource> Held()
    {
        var ends = new ConcurrentDictionary<string, TaskCompletionSource>();
        whenCalled = async due =>
        {
            await ends.GetOrAdd(names[due.Id], _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            await EndAsync(due);
        };
        return ends;
    }

    private async Task StartedAsync(int waiting)
    {
        scheduler.Start();
        await Eventually.IsTrueAsync(() => store.DueReads.Count > 0 && scheduler.Waiting == waiting && time.NextTimer is not null);
    }

    private async Task TimeGoesByAsync(TimeSpan by)
    {
        time.Advance(by);
        // Whatever became due to be read has been: the timer is set for what comes next.
        await Eventually.IsTrueAsync(() => time.NextTimer is not null);
    }

    private Task CalledAsync(params string[] expected) => Eventually.IsTrueAsync(() => calls.SequenceEqual(expected));

    /// <summary>A look that begins now has ended.</summary>
    private async Task LooksAgainAsync()
    {
        var reads = store.DueReads.Count;
        await Eventually.IsTrueAsync(() =>
        {
            scheduler.Look();
            return store.DueReads.Count > reads;
        });
    }
}
