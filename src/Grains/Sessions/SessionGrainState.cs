using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Grains.Sessions;

/// <summary>What <see cref="SessionStorage"/> reads and writes. It never leaves the silo.</summary>
public sealed class SessionGrainState
{
    /// <summary>Null where there is no such session.</summary>
    public QosSession? Session { get; set; }

    /// <summary>Goes to the outbox with the write; a read leaves it null.</summary>
    public QosStatusChanged? Event { get; set; }
}
