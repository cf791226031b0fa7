namespace Moi.Identity.Idp.Features.Clients;

/// <summary>DPoP and mutual TLS of a registration.</summary>
internal static class SenderConstraintRules
{
    internal static void Check(ClientMetadata client, ClientProfile profile, MutualTlsOptions server, string path, Mistakes mistakes)
    {
        var method = client.TokenEndpointAuthMethod;
        mistakes.Require(
            server.Offers(method), path + ".token_endpoint_auth_method", "mutual-tls-off",
            method == "tls_client_auth" && server.Enabled
                ? "tls_client_auth needs authorities that this server trusts (Idp__MutualTls__TrustAnchors)"
                : "this server takes no certificates (Idp__MutualTls__Enabled)");
        mistakes.Require(
            !client.TlsClientCertificateBoundAccessTokens || server.Enabled, path + ".tls_client_certificate_bound_access_tokens", "mutual-tls-off",
            "this server takes no certificates (Idp__MutualTls__Enabled)");
        CheckName(client, path, mistakes);
        mistakes.Require(
            !client.DpopBoundAccessTokens || !client.TlsClientCertificateBoundAccessTokens, path + ".dpop_bound_access_tokens", "one-binding",
            "tokens are bound to a DPoP key or to a certificate: choose one");
        mistakes.Require(
            !profile.RequiresSenderConstraint || client.DpopBoundAccessTokens || client.TlsClientCertificateBoundAccessTokens,
            path + ".dpop_bound_access_tokens", "sender-constraint",
            $"in the profile {profile.Name}, dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens must be true");
    }

    private static void CheckName(ClientMetadata client, string path, Mistakes mistakes)
    {
        if (client.TlsClientName is { } name)
        {
            mistakes.Require(
                client.TokenEndpointAuthMethod == "tls_client_auth", $"{path}.tls_client_auth_{name.Kind}", "one-name", "is for tls_client_auth only");
            mistakes.Require(name.IsWellFormed, $"{path}.tls_client_auth_{name.Kind}", "name", "is not a name of this kind");
        }
        else
        {
            mistakes.Require(
                client.TokenEndpointAuthMethod != "tls_client_auth", path + ".tls_client_auth_subject_dn", "one-name",
                "tls_client_auth needs the one name by which the certificate is known");
        }
    }
}
