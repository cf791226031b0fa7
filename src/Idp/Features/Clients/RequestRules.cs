namespace Moi.Identity.Idp.Features.Clients;

/// <summary>Signed requests, signed answers, and what may be asked for one by one, of a registration.</summary>
internal static class RequestRules
{
    internal static void Check(ClientMetadata client, string path, Mistakes mistakes, IReadOnlySet<string> detailTypes)
    {
        mistakes.Require(
            (!client.RequireSignedRequestObject && client.RequestObjectSigningAlg is null) || client.Jwks is not null || client.JwksUri is not null,
            path + ".jwks_uri", "keys", "signed requests need jwks or, better, jwks_uri");
        mistakes.Require(
            client.Environment != ClientMetadata.Sandbox || client.AuthorizationDetailsTypes.Count == 0, path + ".authorization_details_types",
            "sandbox", "a client of the sandbox may not ask for acts at agencies' APIs");
        foreach (var type in client.AuthorizationDetailsTypes)
        {
            mistakes.Require(
                detailTypes.Contains(type), path + ".authorization_details_types", "type",
                $"no resource has the type {type} of authorization details");
        }

        foreach (var claim in client.Claims ?? [])
        {
            mistakes.Require(
                ScopeCatalogue.Claims.Contains(claim), path + ".moi_claims", "claim",
                $"the claim {claim} does not exist; there are: {string.Join(' ', ScopeCatalogue.Claims)}");
        }
    }

    internal static void CheckProfile(ClientMetadata client, ClientProfile profile, string path, Mistakes mistakes)
    {
        CheckAlg(client.RequestObjectSigningAlg, profile.AssertionAlgs, "request_object_signing_alg");
        CheckAlg(client.AuthorizationSignedResponseAlg, profile.IdTokenAlgs, "authorization_signed_response_alg");
        CheckAlg(client.UserInfoSignedResponseAlg, profile.IdTokenAlgs, "userinfo_signed_response_alg");
        CheckAlg(client.IntrospectionSignedResponseAlg, profile.IdTokenAlgs, "introspection_signed_response_alg");

        void CheckAlg(string? alg, IReadOnlyList<string> algs, string member)
            => mistakes.Require(
                alg is null || algs.Contains(alg), $"{path}.{member}", "alg",
                $"must be one of {string.Join(", ", algs)} in the profile {profile.Name}");
    }
}
