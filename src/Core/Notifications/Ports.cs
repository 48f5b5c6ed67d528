using QodOrleans.Core.Sessions;

namespace QodOrleans.Core.Notifications;

/// <summary>Takes events to their sinks. The engine calls it right after the commit that wrote them to the outbox.</summary>
public interface IEventDispatcher
{
    /// <summary>Never blocks and never throws: what does not fit in memory is taken from the outbox later.</summary>
    void Dispatch(QosStatusChanged change);

    /// <summary>Events may be in the outbox that were not dispatched here: they are looked for, and go before later ones. Never blocks and never throws.</summary>
    void CatchUp()
    {
    }
}

/// <summary>How a surface tells of a status change.</summary>
public interface IEventFormat
{
    /// <summary>The surface's name, as in <see cref="SessionTerms.Surface"/>.</summary>
    string Surface { get; }

    /// <summary>Deterministic: the same event gives the same bytes at each attempt.</summary>
    EventMessage Format(QosStatusChanged change);
}

/// <param name="ContentType">For example <c>application/cloudevents+json</c>.</param>
/// <param name="Target">Another path at the sink's own host, where the surface's release says so; null for the sink as it was given.</param>
/// <param name="TokenParameter">The query parameter that carries the sink's token, where the surface's release says so; null for a bearer token
/// in the <c>Authorization</c> header.</param>
public readonly record struct EventMessage(string ContentType, byte[] Body, Uri? Target = null, string? TokenParameter = null);

/// <summary>Seals sink tokens for the store, and opens them for a delivery. Nothing else ever sees one.</summary>
public interface ISinkTokenProtector
{
    byte[] Protect(string token);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The bytes were changed, or sealed with another key.</exception>
    string Unprotect(byte[] sealedToken);
}
