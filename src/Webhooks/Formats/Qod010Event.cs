using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Formats;

/// <summary>CAMARA QoD 0.10.1. Telefónica's document does not define an event's body, so it uses this one, of the same generation (docs/conformance.md,
/// R36).</summary>
internal sealed class Qod010Event : IEventFormat
{
    public IReadOnlyList<string> Surfaces { get; } = ["qod-0.10", "telefonica-qod", "orange-qod-0.10"];

    public EventMessage Format(QosStatusChanged change) => CloudEvent.Of(change, "org.camaraproject.qod.v0.qos-status-changed");
}
