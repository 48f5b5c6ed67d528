using Npgsql;

namespace QodOrleans.Postgres;

/// <summary>Keeps a second engine away from a database: a lock that lives as long as one connection. A standalone engine has it alone, the silos
/// of a cluster share it. It guards against a mistake in deployment; against races, sessions and devices have their fences.</summary>
public sealed class EngineLock(NpgsqlDataSource source) : IAsyncDisposable
{
    private const long LockKey = 0x716f645f656e676e;

    private readonly SemaphoreSlim turn = new(1);
    private NpgsqlConnection? holder;
    private bool isShared;

    /// <summary>May be repeated: asks whether the lock is still held, and takes it again if its connection was lost.</summary>
    /// <param name="shared">Others may share it too. Always the same for one instance.</param>
    /// <returns>False: another engine has it.</returns>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public async Task<bool> TryAcquireAsync(bool shared = false)
    {
        await turn.WaitAsync();
        try
        {
            if (await IsHeldAsync()) return true;

            var connection = await source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock{(shared ? "_shared" : "")}({LockKey})", connection);
            if (await command.ExecuteScalarAsync() is true)
            {
                (holder, isShared) = (connection, shared);
                return true;
            }
            await connection.DisposeAsync();
            return false;
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        turn.Dispose();
        if (Interlocked.Exchange(ref holder, null) is not { } connection) return;
        try
        {
            // Said aloud: the connection only goes back to the pool, and would keep the lock there.
            await using var command = new NpgsqlCommand($"select pg_advisory_unlock{(isShared ? "_shared" : "")}({LockKey})", connection);
            await command.ExecuteScalarAsync();
        }
        catch (NpgsqlException)
        {
            // The connection is gone, and the lock with it.
        }
        await connection.DisposeAsync();
    }

    private async Task<bool> IsHeldAsync()
    {
        if (holder is null) return false;
        try
        {
            await using var command = new NpgsqlCommand("select 1", holder);
            await command.ExecuteScalarAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            await holder.DisposeAsync();
            holder = null;
            return false;
        }
    }
}
