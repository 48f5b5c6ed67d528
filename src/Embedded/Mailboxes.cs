using System.Collections.Concurrent;

namespace QodOrleans.Embedded;

/// <summary>One command at a time per key, in the order of arrival. A key costs memory only while somebody is at work on it.</summary>
/// <param name="capacity">How many may wait for one key; whoever comes later is refused at once.</param>
internal sealed class Mailboxes<TKey>(int capacity) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Mailbox> open = new();

    /// <summary>Waits for the key's turn. Dispose of the turn to let the next one in.</summary>
    public ValueTask<Turn> EnterAsync(TKey key)
    {
        while (true)
        {
            var mailbox = open.GetOrAdd(key, static _ => new Mailbox());
            lock (mailbox)
            {
                if (mailbox.IsRetired) continue;
                if (!mailbox.IsBusy)
                {
                    mailbox.IsBusy = true;
                    return new ValueTask<Turn>(new Turn(this, key, mailbox));
                }
                if (mailbox.Waiting.Count >= capacity) return new ValueTask<Turn>(default(Turn));

                var turn = new TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously);
                mailbox.Waiting.Enqueue(turn);
                return new ValueTask<Turn>(turn.Task);
            }
        }
    }

    private void Leave(TKey key, Mailbox mailbox)
    {
        lock (mailbox)
        {
            if (mailbox.Waiting.TryDequeue(out var next))
            {
                next.SetResult(new Turn(this, key, mailbox));
                return;
            }
            mailbox.IsRetired = true;
            open.TryRemove(key, out _);
        }
    }

    /// <summary>The right to work on a key; the default value is a refusal.</summary>
    public readonly struct Turn : IDisposable
    {
        private readonly Mailboxes<TKey>? owner;
        private readonly TKey key;
        private readonly Mailbox mailbox;

        internal Turn(Mailboxes<TKey> owner, TKey key, Mailbox mailbox) => (this.owner, this.key, this.mailbox) = (owner, key, mailbox);

        public bool IsRefused => owner is null;

        public void Dispose() => owner?.Leave(key, mailbox);
    }

    internal sealed class Mailbox
    {
        public Queue<TaskCompletionSource<Turn>> Waiting { get; } = new(0);

        public bool IsBusy { get; set; }

        public bool IsRetired { get; set; }
    }
}
