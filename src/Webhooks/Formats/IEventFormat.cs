using QodOrleans.Core.Notifications;
using QodOrleans.Core.Sessions;

namespace QodOrleans.Webhooks.Formats;

/// <summary>How a release writes the event of a status change.</summary>
public interface IEventFormat
{
    /// <summary>The surfaces that use this format, by their names as in <see cref="SessionTerms.Surface"/>.</summary>
    IReadOnlyList<string> Surfaces { get; }

    /// <summary>A pure function of the event, whose <see cref="QosStatusChanged.Source"/> is set: every attempt sends the same bytes, whichever process makes
    /// it.</summary>
    EventMessage Format(QosStatusChanged change);
}

/// <param name="ContentType">For example <c>application/cloudevents+json</c>.</param>
/// <param name="Target">Another path at the sink's own host, where the release says so; null for the sink as it was given.</param>
public readonly record struct EventMessage(string ContentType, byte[] Body, Uri? Target = null);
