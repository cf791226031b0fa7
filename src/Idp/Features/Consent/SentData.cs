using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>What a service will receive, as <c>_Sent.cshtml</c> shows it.</summary>
/// <param name="Agency">The agency's name in the language of the page.</param>
/// <param name="Subject">How the agency will know the citizen.</param>
/// <param name="Nickname">The citizen's own words for the account, if the service gets them.</param>
/// <param name="Locale">The language, if the service gets it.</param>
/// <param name="Session">How and when the citizen signed in.</param>
/// <param name="Access">What the service may do at protected resources, in the words of their registration.</param>
/// <param name="Offline">It may go on without the citizen.</param>
internal sealed record Sent(
    string Agency, string Subject, string? Nickname, string? Locale, Session Session, IReadOnlyList<string> Access, bool Offline);

/// <summary>Looks up what scopes release of a citizen.</summary>
internal sealed class SentData(GrantStore grants, ClientCatalog clients)
{
    /// <summary>What would be sent, or nothing if the citizen may not sign in any more.</summary>
    internal async Task<Sent?> ReadAsync(Session session, Client client, IReadOnlyCollection<string> scopes, CancellationToken ct)
    {
        if (await grants.ReadEntryAsync(session, client, ct) is not { MaySignIn: true } entry)
        {
            return null;
        }

        var inEnglish = Languages.Current == Languages.English;
        var hasProfile = scopes.Contains(ScopeCatalogue.Profile);
        return new Sent(
            inEnglish ? client.Metadata.AgencyNameEn : client.Metadata.AgencyNameZh,
            entry.Subject ?? await grants.GetSubjectAsync(session.CitizenId, client.Sector, ct),
            hasProfile ? entry.Nickname : null,
            hasProfile ? Languages.Current.Culture.Name : null,
            session,
            [.. scopes.Select(clients.FindScope).OfType<ResourceScope>().Select(scope => inEnglish ? scope.TextEn : scope.TextZh)],
            scopes.Contains(ScopeCatalogue.OfflineAccess));
    }
}
