using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Logging.Console;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Logs: one JSON object a line in Production, readable lines in Development. No personal data in either.</summary>
internal static class Logging
{
    private static readonly (string Category, LogLevel Lowest)[] Quiet =
    [
        // SECURITY: below Warning these write addresses with tokens in them, and SQL parameters; a lower default level must not turn that on.
        ("OpenIddict", LogLevel.Warning),
        ("Microsoft.EntityFrameworkCore", LogLevel.Warning),
        ("Npgsql", LogLevel.Warning),
        ("Microsoft.AspNetCore", LogLevel.Warning),

        // What fails is told once, in plain words, by StartupFailures or by the failed request.
        ("Microsoft.EntityFrameworkCore.Database", LogLevel.Critical),
        ("Microsoft.EntityFrameworkCore.Query", LogLevel.Critical),
        ("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical),
    ];

    internal static void AddIdpLogging(this WebApplicationBuilder builder)
    {
        var logging = builder.Logging;
        logging.ClearProviders();
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (builder.Environment.IsDevelopment())
        {
            logging.AddSimpleConsole(console => console.SingleLine = true);

            // Development has no certificate on purpose.
            logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        }
        else
        {
            logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                console.JsonWriterOptions = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
            });
        }

        // A rule that names the provider wins over Logging:LogLevel settings.
        logging.Services.Configure<LoggerFilterOptions>(options =>
        {
            foreach (var (category, level) in Quiet)
            {
                options.Rules.Add(new LoggerFilterRule(typeof(ConsoleLoggerProvider).FullName, category, level, null));
            }
        });
    }
}
