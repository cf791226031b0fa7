using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Grants;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Web;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>What a service will receive, as <c>_Sent.cshtml</c> shows it.</summary>
/// <param name="Agency">The agency's name in the language of the page.</param>
/// <param name="Subject">How the agency will know the citizen.</param>
/// <param name="Nickname">The citizen's own words for the account, if the service gets them.</param>
/// <param name="Locale">The language, if the service gets it.</param>
/// <param name="Session">How and when the citizen signed in.</param>
/// <param name="Offline">For how long it may go on without the citizen, if it may.</param>
/// <param name="Apis">What the service may do elsewhere: where, and in the words of each scope.</param>
/// <param name="Details">What is agreed to this time only.</param>
internal sealed record Sent(
    string Agency, string Subject, string? Nickname, string? Locale, Session Session, ContinuedAccess? Offline,
    IReadOnlyList<(Owner Owner, IReadOnlyList<string> Texts)> Apis, IReadOnlyList<DetailWords> Details);

/// <summary>How long a service gets new tokens without the citizen.</summary>
/// <param name="Lifetime">Of its refresh token.</param>
/// <param name="IsRenewed">Each use begins it anew.</param>
internal sealed record ContinuedAccess(TimeSpan Lifetime, bool IsRenewed)
{
    /// <summary>The lifetime as citizens read it, in days or, where it is not so many whole ones, in hours: a key of the words, and their number.</summary>
    internal (string Key, int Count) Words
        => Lifetime.Ticks % TimeSpan.TicksPerDay == 0 ? Of("Days", Lifetime.TotalDays) : Of("Hours", Lifetime.TotalHours);

    private static (string Key, int Count) Of(string unit, double count) => count <= 1 ? (unit + ".One", 1) : (unit, (int)Math.Ceiling(count));
}

/// <summary>Looks up what wishes release of a citizen.</summary>
internal sealed class SentData(GrantStore grants, ClientCatalog clients)
{
    /// <summary>What would be sent, or nothing if the citizen may not sign in any more.</summary>
    internal async Task<Sent?> ReadAsync(Session session, Client client, Wishes wanted, CancellationToken ct)
    {
        if (await grants.ReadEntryAsync(session, client, ct) is not { MaySignIn: true } entry)
        {
            return null;
        }

        var released = wanted.Released;
        return new Sent(
            Languages.Current == Languages.English ? client.Metadata.AgencyNameEn : client.Metadata.AgencyNameZh,
            entry.Subject ?? await grants.GetSubjectAsync(session.CitizenId, client.Sector, ct),
            released.Contains(Claims.Nickname) ? entry.Nickname : null,
            released.Contains(Claims.Locale) ? Languages.Current.Culture.Name : null,
            session,
            wanted.Scopes.Contains(ScopeCatalogue.OfflineAccess)
                ? new ContinuedAccess(client.Metadata.RefreshTokenLifetime, client.Profile.RotatesRefreshTokens)
                : null,
            Apis(wanted.Scopes),
            [.. wanted.Details.Select(detail => DetailWords.Of(detail, Owner.Of(clients.OwnerOf(detail.Resource.Identifier)!)))]);
    }

    /// <summary>The scopes of protected resources, by who has the resource.</summary>
    private IReadOnlyList<(Owner Owner, IReadOnlyList<string> Texts)> Apis(IReadOnlyList<string> scopes)
        =>
        [
            .. from scope in scopes
               let resource = clients.ResourceOf(scope)
               where resource is not null
               group resource.Scopes.First(s => s.Name == scope) by resource.Identifier into asked
               select (
                   Owner.Of(clients.OwnerOf(asked.Key)!),
                   (IReadOnlyList<string>)[.. asked.Select(s => Languages.Current == Languages.English ? s.TextEn : s.TextZh)]),
        ];
}
