using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>Tells a security key from a phone or computer, as well as it can be told.</summary>
internal static class PasskeyKinds
{
    internal static PasskeyKind Of(Credential passkey)
    {
        var transports = passkey.Transports.Split(',');

        // A synced key is in a device, whatever the browser that made it says of transports.
        return passkey.BackupEligible || transports.Contains("internal") || transports.Contains("hybrid")
            ? PasskeyKind.Platform
            : PasskeyKind.Roaming;
    }
}
