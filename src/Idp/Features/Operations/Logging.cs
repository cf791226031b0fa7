using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Logging.Console;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Logs: one JSON object a line in Production, readable lines in Development. No personal data in either.</summary>
internal static class Logging
{
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

        // SECURITY: below Warning these write requests, tokens and SQL parameters. No setting turns that on.
        logging.Services.Configure<LoggerFilterOptions>(options =>
        {
            foreach (var category in (string[])["OpenIddict", "Microsoft.EntityFrameworkCore", "Npgsql", "Microsoft.AspNetCore.HttpLogging"])
            {
                options.Rules.Add(new LoggerFilterRule(
                    typeof(ConsoleLoggerProvider).FullName, category, LogLevel.Warning, null));
            }
        });

        // What keeps the program from working is told once, in plain words: StartupFailures, Failures.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Connection", LogLevel.Critical);
        logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.Critical);
        logging.AddFilter("Microsoft.EntityFrameworkCore.Query", LogLevel.Critical);
    }
}
