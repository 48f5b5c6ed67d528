using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace QodOrleans.Hosting;

/// <summary>OpenTelemetry by OTLP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; its other variables count too.</summary>
public static class TelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Ours, and the libraries that tell of themselves without an instrumentation package.</summary>
    private static readonly string[] Meters =
    [
        "QodOrleans.*", "Npgsql", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http",
        "System.Runtime",
    ];

    private static readonly string[] Activities = ["QodOrleans.*", "Npgsql", "Microsoft.AspNetCore", "System.Net.Http", "Microsoft.Orleans.Application"];

    /// <summary>OpenTelemetry's own boundaries are for milliseconds: in seconds, everything would be in the first bucket.</summary>
    private static readonly double[] Seconds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 30, 60, 300, 1800];

    /// <param name="service">Name of the program, for example <c>qod-silo</c>.</param>
    public static IHostApplicationBuilder AddQodTelemetry(this IHostApplicationBuilder builder, string service)
    {
        if (string.IsNullOrEmpty(builder.Configuration[EndpointVariable])) return builder;

        // Orleans carries a trace from process to process only when told to: it costs every call.
        builder.Configuration["Orleans:EnableDistributedTracing"] = "true";
        // The environment has the last word, on the service's name and its instance too.
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear().AddService(service).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .WithTracing(traces => traces.AddSource(Activities))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddView(BucketsOf))
            .WithLogging()
            .UseOtlpExporter();
        return builder;
    }

    private static ExplicitBucketHistogramConfiguration? BucketsOf(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s" } && instrument.Meter.Name.StartsWith("QodOrleans.", StringComparison.Ordinal)
            ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds }
            : null;
}
