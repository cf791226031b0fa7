using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Requests;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Consent;

/// <summary>Who has a protected resource, in the language of the page.</summary>
internal sealed record Owner(string Name, string Agency)
{
    internal static Owner Of(Client client)
        => Languages.Current == Languages.English
            ? new(client.Metadata.NameEn, client.Metadata.AgencyNameEn)
            : new(client.Metadata.NameZh, client.Metadata.AgencyNameZh);
}

/// <summary>An authorization detail in words, never as JSON: what it is, and each field with its label.</summary>
internal sealed record DetailWords(string Title, Owner Owner, IReadOnlyList<(string Label, string Text)> Fields)
{
    internal static DetailWords Of(AuthorizationDetail detail, Owner owner)
    {
        var inEnglish = Languages.Current == Languages.English;
        return new DetailWords(
            inEnglish ? detail.Type.TextEn : detail.Type.TextZh, owner,
            [
                .. detail.Type.Fields.Where(field => detail.Members.ContainsKey(field.Name)).Select(
                    field => (inEnglish ? field.TextEn : field.TextZh, DetailFields.InWords(field, detail.Members[field.Name]!))),
            ]);
    }
}
