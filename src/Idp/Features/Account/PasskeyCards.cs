using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Passkeys;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>A passkey as pages show it. <see cref="Title"/> is unique within the account.</summary>
internal sealed record PasskeyCard(Credential Credential, string Title, string? Provider)
{
    /// <summary>The browser said how it is reached, and it is in nothing else.</summary>
    internal bool IsSecurityKey => Credential.Transports.Length > 0 && PasskeyKinds.Of(Credential) == PasskeyKind.Roaming;

    internal string Icon => IsSecurityKey ? "security-key" : Credential.BackupEligible ? "cloud" : "laptop";
}

/// <summary>Names passkeys: what the citizen called it, else its provider, else that it is a security key or the device it was made on, else neutral words.</summary>
internal static class PasskeyCards
{
    internal static async Task<IReadOnlyList<PasskeyCard>> LoadAsync(
        IdpDb db, Guid citizenId, IStringLocalizerFactory texts, CancellationToken ct)
    {
        var text = texts.Create(typeof(PasskeyCards));
        var credentials = await db.Credentials.AsNoTracking().Where(c => c.CitizenId == citizenId)
            .OrderBy(c => c.CreatedAt).ThenBy(c => c.Id).ToListAsync(ct);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. credentials.Select(credential =>
            {
                var provider = ProviderNames.Of(credential.Aaguid);
                var card = new PasskeyCard(credential, "", provider);
                var name = credential.Name.Length > 0 ? credential.Name
                    : provider ?? (card.IsSecurityKey ? text["SecurityKey"].Value
                        : credential.LastUsedOn.Length > 0 ? credential.LastUsedOn
                        : text["Unknown"].Value);
                var number = seen[name] = seen.GetValueOrDefault(name) + 1;
                return card with { Title = number == 1 ? name : $"{name} ({number})" };
            }),
        ];
    }
}
