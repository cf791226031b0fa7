using System.Globalization;
using System.Text;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>What a passkey form posts: the handle, and either a response or the name of what went wrong.</summary>
internal sealed record CeremonyForm(string? Ceremony, ReadOnlyMemory<byte> Response, ClientError Error, TimeSpan Elapsed)
{
    /// <summary>The name of the form field that holds the handle.</summary>
    internal const string HandleField = "ceremony";

    /// <summary>More than this is not a passkey response; the request is answered before it is read.</summary>
    internal const int LongestRequest = 96 * 1024;

    internal static async Task<CeremonyForm> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var form = await request.ReadFormAsync(ct);
        var response = Single("response");

        // SECURITY: the name comes from the client; it is looked up, never shown or logged (CVE-2023-6484).
        var error = response.Length > 0 ? ClientError.None : ClientErrors.Parse(Single("error"));
        var elapsed = int.TryParse(Single("elapsed_ms"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.Zero;
        return new CeremonyForm(Single(HandleField), Encoding.UTF8.GetBytes(response), error, elapsed);

        string Single(string name) => form[name] is [{ } value] ? value : "";
    }
}

/// <summary>How a ceremony ended in the browser, without a response.</summary>
internal enum ClientError
{
    None = 0,
    NotAllowed,
    InvalidState,
    Constraint,
    NotSupported,
    Security,
    DeviceFailed,
    NoJavaScript,
}

internal static class ClientErrors
{
    /// <summary>A <c>DOMException</c> name, or one of the two words of our own script. Anything else counts as a failed device.</summary>
    internal static ClientError Parse(string name) => name switch
    {
        "NotAllowedError" or "AbortError" => ClientError.NotAllowed,
        "InvalidStateError" => ClientError.InvalidState,
        "ConstraintError" => ClientError.Constraint,
        "NotSupportedError" or "Unsupported" => ClientError.NotSupported,
        "SecurityError" => ClientError.Security,
        "JavaScriptNotEnabled" => ClientError.NoJavaScript,
        _ => ClientError.DeviceFailed,
    };
}
