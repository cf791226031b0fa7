using System.Text.Json.Serialization;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Oidc.Logout;

/// <summary>A logout that an agency asked for without proof, waiting for the citizen to say yes.</summary>
/// <param name="Browser">The browser it belongs to.</param>
/// <param name="Sid">The session it would end.</param>
/// <param name="ReturnAddress">The agency's checked address with its state, or nothing.</param>
internal sealed record LogoutRequest(string Browser, string Sid, string? ReturnAddress)
{
    internal static readonly RecordKind<LogoutRequest> Kind =
        new("logout", TimeSpan.FromMinutes(10), LogoutRequestJson.Default.LogoutRequest);
}

[JsonSerializable(typeof(LogoutRequest))]
internal sealed partial class LogoutRequestJson : JsonSerializerContext;
