using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation;

/// <summary>Compares what the sinks were told with what there was to tell.</summary>
internal static class Books
{
    public static void Check(World world)
    {
        var bySession = world.Sinks.Receipts.ToLookup(receipt => receipt.Session);
        var changes = world.Ledger.Changes.ToLookup(change => change.Session);
        foreach (var session in changes) CheckSession(world, session.Key, [.. session], [.. bySession[session.Key]]);
        foreach (var receipt in world.Sinks.Receipts)
            if (!changes[receipt.Session].Any(change => Is(receipt, change)))
                world.Violate($"5: a sink was told {receipt.Status} {receipt.Info} of {world.Trace.Name(receipt.Session)}, which never was");
    }

    private static void CheckSession(World world, SessionId id, Change[] changes, Receipt[] receipts)
    {
        var name = $"{world.Trace.Name(id)} ({id})";
        var reached = -1;
        for (var i = 0; i < changes.Length; i++)
        {
            var change = changes[i];
            Receipt[] told = [.. receipts.Where(receipt => Is(receipt, change))];
            if (told.Select(receipt => receipt.Event).Distinct().Count() > 1) world.Violate($"5: {change.Status} of {name} was told with two ids");
            if (told.Select(receipt => receipt.Body).Distinct().Count() > 1) world.Violate($"5: {change.Status} of {name} was told with other bytes");
            if (told.Any(receipt => receipt.Host != change.Sink)) world.Violate($"8: {change.Status} of {name} was told to another's sink");
            var first = Array.FindIndex(receipts, receipt => receipt.IsTaken && Is(receipt, change));
            if (first >= 0 && first < reached && IsInOrder(changes[i - 1], change, receipts[first]))
                world.Violate($"5: {change.Status} of {name} was told before what came earlier");
            if (first < 0 && !world.Sinks.IsGoneFor(id)) world.Violate($"5: nobody was told {change.Status} {change.Info} of {name}");
            reached = Math.Max(reached, first);
        }
    }

    /// <summary>Order is promised while one silo looks after the session. Where two had to do with it, the later change can be told before the earlier one,
    /// which is in the outbox
    /// only, or on its way between silos.</summary>
    private static bool IsInOrder(Change before, Change change, Receipt told) =>
        before.By == change.By && change.By == told.By && before.IsByOwner && change.IsByOwner;

    private static bool Is(Receipt receipt, Change change) =>
        receipt.Session == change.Session && receipt.Status.Equals(change.Status.ToString(), StringComparison.OrdinalIgnoreCase)
        && receipt.Info.Replace("_", "", StringComparison.Ordinal).Equals(change.Info?.ToString() ?? "", StringComparison.OrdinalIgnoreCase);
}
