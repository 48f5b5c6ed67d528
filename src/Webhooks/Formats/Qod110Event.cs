using QodOrleans.Core.Notifications;

namespace QodOrleans.Webhooks.Formats;

/// <summary>CAMARA quality-on-demand 1.1.0, release r3.2. The type is as in the release's OpenAPI file; its test definitions still have the name of an older
/// one (docs/conformance.md, R06).</summary>
internal sealed class Qod110Event : IEventFormat
{
    public IReadOnlyList<string> Surfaces { get; } = ["quality-on-demand-1.1"];

    public EventMessage Format(QosStatusChanged change) => CloudEvent.Of(change, "org.camaraproject.quality-on-demand.v1.qos-status-changed");
}
