namespace Moi.Identity.Idp.Features.Clients;

/// <summary>Signed requests and signed answers of a registration.</summary>
internal static class RequestRules
{
    internal static void Check(ClientMetadata client, string path, Mistakes mistakes)
    {
        mistakes.Require(
            !client.RequireSignedRequestObject && client.RequestObjectSigningAlg is null, path + ".request_object_signing_alg",
            "not-available", "signed requests are not available yet");
        mistakes.Require(
            client.AuthorizationSignedResponseAlg is null, path + ".authorization_signed_response_alg", "not-available",
            "signed authorization responses are not available yet");
        mistakes.Require(
            client.UserInfoSignedResponseAlg is null, path + ".userinfo_signed_response_alg", "not-available",
            "signed userinfo answers are not available yet");
        mistakes.Require(
            client.IntrospectionSignedResponseAlg is null, path + ".introspection_signed_response_alg", "not-available",
            "signed introspection answers are not available yet");
        mistakes.Require(
            client.AuthorizationDetailsTypes.Count == 0, path + ".authorization_details_types", "not-available",
            "rich authorization requests are not available yet");
        mistakes.Require(client.Claims is null, path + ".moi_claims", "not-available", "the claims parameter is not available yet");
    }
}
