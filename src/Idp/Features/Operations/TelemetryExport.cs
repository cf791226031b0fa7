using Moi.Identity.Idp.Telemetry;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Traces and metrics by OTLP, when the operator names a collector.</summary>
internal static class TelemetryExport
{
    internal static void AddIdpTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IdpMetrics>();

        // Without a collector nothing listens, and measuring costs next to nothing.
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        var version = typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("moi-identity-provider", serviceVersion: version))
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                .AddNpgsql())
            .WithMetrics(metrics => metrics
                .AddMeter(IdpMetrics.MeterName, "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation())
            .UseOtlpExporter();
    }
}
