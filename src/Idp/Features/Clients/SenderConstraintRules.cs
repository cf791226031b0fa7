namespace Moi.Identity.Idp.Features.Clients;

/// <summary>DPoP and mutual TLS of a registration.</summary>
internal static class SenderConstraintRules
{
    internal static void Check(ClientMetadata client, ClientProfile profile, string path, Mistakes mistakes)
    {
        mistakes.Require(
            !client.DpopBoundAccessTokens, path + ".dpop_bound_access_tokens", "not-available", "DPoP is not available yet");
        mistakes.Require(
            !client.TlsClientCertificateBoundAccessTokens && client.TlsClientName is null,
            path + ".tls_client_certificate_bound_access_tokens", "not-available", "mutual TLS is not available yet");
        mistakes.Require(
            !profile.RequiresSenderConstraint || client.DpopBoundAccessTokens || client.TlsClientCertificateBoundAccessTokens,
            path + ".dpop_bound_access_tokens", "sender-constraint",
            $"in the profile {profile.Name}, dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens must be true");
    }
}
