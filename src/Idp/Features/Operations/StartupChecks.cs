using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>
/// Refuses to start with settings that are unsafe or cannot work, and names all of them at once: an operator who mends
/// one mistake a restart gives up and turns the check off.
/// </summary>
internal static partial class StartupChecks
{
    // CVE-2026-40372: ASP.NET Core 10.0.0 to 10.0.6 accept forged Data Protection payloads, sessions and codes among them.
    private static readonly Version LowestRuntime = new(10, 0, 7);
    private static readonly Version AdvisedRuntime = new(10, 0, 13);

    /// <param name="app">The program.</param>
    /// <param name="isServer">Commands listen nowhere and share the data folder; what concerns those is left out for them.</param>
    /// <exception cref="StartupRefusedException">Something is wrong; the message lists everything.</exception>
    internal static void Run(WebApplication app, bool isServer)
    {
        var services = app.Services;
        var settings = new StartupSettings(
            app.Configuration,
            Read<IdpOptions>(app.Configuration, IdpOptions.Section),
            Read<KeyRingOptions>(app.Configuration, KeyRingOptions.Section),
            Read<ProxyOptions>(app.Configuration, ProxyOptions.Section),
            services.GetRequiredService<TimeProvider>().GetUtcNow(),
            Runtime());
        List<string> problems =
        [
            .. Invalid(services),
            .. Anywhere(settings),
            .. app.Environment.IsDevelopment() ? [] : isServer ? InProduction(settings) : Identity(settings),
        ];
        if (isServer && problems.Count == 0 && settings.Idp.Storage.Provider == StorageProvider.Sqlite
            && services.GetRequiredService<DataFolder>().Take() is { } taken)
        {
            problems.Add(taken);
        }

        if (problems.Count > 0)
        {
            throw new StartupRefusedException(problems);
        }

        if (isServer && Runtime() < AdvisedRuntime)
        {
            LogOldRuntime(app.Logger, Runtime(), AdvisedRuntime);
        }
    }

    /// <summary>What cannot work in any environment.</summary>
    internal static IEnumerable<string> Anywhere(StartupSettings settings)
    {
        foreach (var problem in SettingNames.Problems(settings.Configuration))
        {
            yield return problem;
        }

        if (settings.Idp.Storage.Provider == StorageProvider.Postgres)
        {
            foreach (var name in (string[])["Postgres", "Redis"])
            {
                if (string.IsNullOrWhiteSpace(settings.Configuration.GetConnectionString(name)))
                {
                    yield return $"ConnectionStrings__{name} is missing; Idp__Storage__Provider=Postgres needs it.";
                }
            }
        }

        foreach (var entry in settings.Proxies.Trusted)
        {
            if (!IPNetwork.TryParse(entry, out _) && !IPAddress.TryParse(entry, out _))
            {
                yield return $"Idp__Proxies__Trusted: {entry} is neither an address nor a network such as 10.0.0.0/24.";
            }
        }

        // SECURITY: the platform then believes X-Forwarded-For of whoever connects, before our list of proxies is asked.
        if (string.Equals(settings.Configuration["ForwardedHeaders_Enabled"], "true", StringComparison.OrdinalIgnoreCase))
        {
            yield return "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes everybody who connects. Remove it; name the proxies in Idp__Proxies__Trusted__0.";
        }

        foreach (var problem in KeyRing.Problems(settings.KeyRing, settings.Now))
        {
            yield return problem;
        }
    }

    /// <summary>What would work and be unsafe.</summary>
    internal static IEnumerable<string> InProduction(StartupSettings settings)
    {
        foreach (var problem in Identity(settings))
        {
            yield return problem;
        }

        if (settings.Runtime < LowestRuntime)
        {
            yield return $"ASP.NET Core {settings.Runtime} accepts forged sessions (CVE-2026-40372). Install {AdvisedRuntime} or newer.";
        }

        foreach (var problem in Listening(settings))
        {
            yield return problem;
        }
    }

    /// <summary>
    /// What no default can be right about. A command that has lost its settings, as <c>sudo</c> loses variables, would invent a
    /// database of its own, change that one and report success.
    /// </summary>
    private static IEnumerable<string> Identity(StartupSettings settings)
    {
        // What is no origin at all is refused by its own validator.
        if (Uri.TryCreate(settings.Idp.PublicOrigin, UriKind.Absolute, out var origin))
        {
            if (origin.Scheme != Uri.UriSchemeHttps)
            {
                yield return $"Idp__PublicOrigin: {origin} must be https; browsers offer passkeys on https only.";
            }

            if (origin.HostNameType != UriHostNameType.Dns || origin.Host == "localhost"
                || origin.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"Idp__PublicOrigin: {origin.Host} is not a public host name; passkeys belong to the host for ever.";
            }
        }

        if (string.IsNullOrEmpty(settings.KeyRing.Certificate))
        {
            yield return "Idp__KeyRing__Certificate is missing; without it a copy of the database is enough to forge sessions and tokens.";
        }
    }

    private static IEnumerable<string> Listening(StartupSettings settings)
    {
        var endpoints = settings.Configuration.GetSection("Kestrel:Endpoints").GetChildren().ToArray();
        string[] addresses = endpoints.Length > 0
            ? [.. endpoints.Select(endpoint => endpoint["Url"] ?? "")]
            : (settings.Configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var isHttps = addresses.Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
        var hasCertificate = settings.Configuration.GetSection("Kestrel:Certificates:Default").Exists()
            || endpoints.Any(endpoint => endpoint.GetSection("Certificate").Exists() || endpoint.GetSection("Sni").Exists());
        if (isHttps && !hasCertificate)
        {
            yield return "Kestrel__Certificates__Default__Path is missing; on https the server would show a development certificate.";
        }

        if (!isHttps && settings.Proxies.Trusted.Count == 0)
        {
            yield return "Idp__Proxies__Trusted__0 is missing; the server listens on http, so a proxy must stand before it and be named.";
        }
    }

    private static IEnumerable<string> Invalid(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
            return [];
        }
        catch (OptionsValidationException e)
        {
            return e.Failures;
        }
        catch (AggregateException e)
        {
            return e.InnerExceptions.SelectMany(inner => (inner as OptionsValidationException)?.Failures ?? [inner.Message]);
        }
        catch (InvalidOperationException e)
        {
            return [e.Message];
        }
    }

    // Not through IOptions, whose validators throw at the first mistake.
    private static T Read<T>(IConfiguration configuration, string section)
        where T : new()
        => configuration.GetSection(section).Get<T>() ?? new T();

    private static Version Runtime()
    {
        var version = typeof(DataProtectionProvider).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        return Version.Parse(version.Split('+', '-')[0]);
    }

    [LoggerMessage(EventId = 8001, Level = LogLevel.Warning,
        Message = "This runs on ASP.NET Core {Runtime}; update to {Advised} or newer (CVE-2026-40372)")]
    private static partial void LogOldRuntime(ILogger logger, Version runtime, Version advised);
}

/// <summary>What the checks look at.</summary>
internal sealed record StartupSettings(
    IConfiguration Configuration, IdpOptions Idp, KeyRingOptions KeyRing, ProxyOptions Proxies, DateTimeOffset Now, Version Runtime);
