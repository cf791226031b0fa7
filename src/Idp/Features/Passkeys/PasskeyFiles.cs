using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>
/// The files by which browsers and app platforms learn who else may use our passkeys, as bytes that were made beforehand.
/// What is not configured does not exist.
/// </summary>
internal static class PasskeyFiles
{
    /// <summary>Short enough that an app that was struck off the list is soon refused by the platforms too.</summary>
    private const string CacheFor = "public, max-age=300";

    internal static void Map(IEndpointRouteBuilder app, PasskeyOptions options)
    {
        if (options.RelatedOrigins.Count > 0)
        {
            Map(app, "/.well-known/webauthn", RelatedOrigins(options));
        }

        if (options.AndroidApps.Count > 0)
        {
            Map(app, "/.well-known/assetlinks.json", AssetLinks(options));
        }

        if (options.AppleApps.Count > 0)
        {
            Map(app, "/.well-known/apple-app-site-association", AppleApps(options));
        }
    }

    /// <summary>What Android writes in place of an origin for the apps that are configured.</summary>
    internal static IEnumerable<string> AppOrigins(PasskeyOptions options)
        => options.AndroidApps.SelectMany(app => app.Fingerprints)
            .Select(fingerprint => "android:apk-key-hash:" + Base64Url.EncodeToString(AndroidApp.Read(fingerprint)!)).Distinct();

    /// <summary>WebAuthn Level 3 §5.11.</summary>
    private static JsonObject RelatedOrigins(PasskeyOptions options) => new() { ["origins"] = Texts(options.RelatedOrigins) };

    /// <summary>Digital Asset Links: the two relations that Credential Manager wants for passkeys.</summary>
    private static JsonArray AssetLinks(PasskeyOptions options) => new(
    [
        .. options.AndroidApps.Select(app => new JsonObject
        {
            ["relation"] = Texts(["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"]),
            ["target"] = new JsonObject
            {
                ["namespace"] = "android_app",
                ["package_name"] = app.Package,
                ["sha256_cert_fingerprints"] = Texts(app.Fingerprints.Select(fingerprint => fingerprint.ToUpperInvariant())),
            },
        }),
    ]);

    /// <summary>Apple "Supporting associated domains", the service <c>webcredentials</c>.</summary>
    private static JsonObject AppleApps(PasskeyOptions options)
        => new() { ["webcredentials"] = new JsonObject { ["apps"] = Texts(options.AppleApps) } };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static void Map(IEndpointRouteBuilder app, string address, JsonNode document)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document);
        RequestDelegate file = http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = bytes.Length;
            http.Response.Headers.CacheControl = CacheFor;
            return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
        };
        app.MapGet(address, file).AllowAnonymous();
    }
}
