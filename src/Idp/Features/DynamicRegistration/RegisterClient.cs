using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>RFC 7591 §3: <c>POST /connect/register</c>.</summary>
internal static class RegisterClient
{
    internal static async Task<IResult> HandleAsync(
        HttpContext http, InitialAccessTokens tokens, SandboxClients clients, IOptions<IdpOptions> idp, CancellationToken ct)
    {
        if (RegistrationAnswers.Token(http.Request) is not { } initial || await tokens.FindAsync(initial, ct) is not { } agency)
        {
            return RegistrationAnswers.NoToken(http);
        }

        if (await RegistrationAnswers.ReadAsync(http.Request, ct) is not { } members)
        {
            return RegistrationAnswers.Unreadable(http);
        }

        var mistakes = new Mistakes();
        foreach (var name in SandboxClients.Reserved.Append("client_id").Where(members.ContainsKey))
        {
            mistakes.Add("$[0]." + name, "reserved", "is set by this server");
        }

        if (mistakes.Any)
        {
            return RegistrationAnswers.Wrong(http, mistakes.List);
        }

        members["client_id"] = SandboxClients.NewId();
        members["moi_agency"] = agency.Agency;
        members["moi_agency_name#zh-TW"] = agency.NameZh;
        members["moi_agency_name#en"] = agency.NameEn;
        members["moi_environment"] = ClientMetadata.Sandbox;
        var management = new ClientSecret();
        if (await clients.AddAsync(members, initial, management, ct) is not { } result)
        {
            return RegistrationAnswers.NoToken(http);
        }

        if (result.Mistakes.Count > 0)
        {
            return RegistrationAnswers.Wrong(http, result.Mistakes);
        }

        var metadata = ClientMetadataReader.ReadStored(members.ToJsonString());
        return RegistrationAnswers.Client(
            http, StatusCodes.Status201Created, metadata, members, management.Reveal(), idp.Value.Issuer,
            result.Secrets.GetValueOrDefault(metadata.ClientId)?.Reveal());
    }
}
