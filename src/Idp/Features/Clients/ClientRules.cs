using System.Text.RegularExpressions;
using Moi.Identity.Idp.Features.Passkeys;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>Whether a client's metadata may be accepted: one validator for the command line and for every console.</summary>
/// <param name="development">Whether addresses without https are accepted.</param>
/// <param name="resources">The scopes of all protected resources, registered or about to be.</param>
/// <param name="detailTypes">Their types of authorization details.</param>
/// <param name="mutualTls">What this server does with certificates.</param>
internal sealed partial class ClientRules(
    bool development, IReadOnlySet<string> resources, IReadOnlySet<string> detailTypes, MutualTlsOptions mutualTls)
{
    internal void Check(ClientMetadata client, string path, Mistakes mistakes)
    {
        mistakes.Require(
            Name().IsMatch(client.ClientId) || client.ClientId.Length == 0, path + ".client_id", "name",
            "must be 3 to 64 characters of a-z, 0-9 and -");
        mistakes.Require(
            Name().IsMatch(client.Agency) || client.Agency.Length == 0, path + ".moi_agency", "name",
            "must be 3 to 64 characters of a-z, 0-9 and -");
        mistakes.Require(
            client.Environment is ClientMetadata.Production or ClientMetadata.Sandbox, path + ".moi_environment", "value",
            "must be production or sandbox");
        mistakes.Require(client.Status is "active" or "suspended", path + ".moi_status", "value", "must be active or suspended");
        mistakes.Require(
            AssuranceLevels.Meets(client.MinimumAcr, AssuranceLevels.One), path + ".moi_minimum_acr", "value",
            "must be urn:moi:acr:1, urn:moi:acr:2 or urn:moi:acr:3");
        mistakes.Require(
            client.SubjectType == "pairwise", path + ".subject_type", "value",
            "must be pairwise: a citizen has a different subject at every agency");
        CheckNames(client, path, mistakes);
        GrantRules.Check(client, path, mistakes, resources);
        ResourceRules.Check(client, path, mistakes);
        RequestRules.Check(client, path, mistakes, detailTypes);
        CheckAddresses(client, path, mistakes);
        if (ClientProfile.Find(client.Profile) is { } profile)
        {
            CheckProfile(client, profile, path, mistakes);
            GrantRules.CheckProfile(client, profile, path, mistakes);
            SenderConstraintRules.Check(client, profile, mutualTls, path, mistakes);
            RequestRules.CheckProfile(client, profile, path, mistakes);
        }
        else
        {
            mistakes.Add(path + ".moi_profile", "value", "must be basic or fapi2");
        }
    }

    private static void CheckNames(ClientMetadata client, string path, Mistakes mistakes)
    {
        foreach (var (member, text) in (ReadOnlySpan<(string, string)>)
            [("client_name", client.NameZh), ("client_name", client.NameEn), ("moi_agency_name", client.AgencyNameZh), ("moi_agency_name", client.AgencyNameEn)])
        {
            // The names stand in sentences on the sign-in and consent pages.
            if (text.Length > 100 && !mistakes.List.Any(m => m.Path == $"{path}.{member}"))
            {
                mistakes.Add($"{path}.{member}", "length", "must be at most 100 characters");
            }
        }
    }

    private static void CheckProfile(ClientMetadata client, ClientProfile profile, string path, Mistakes mistakes)
    {
        mistakes.Require(
            profile.AuthMethods.Contains(client.TokenEndpointAuthMethod), path + ".token_endpoint_auth_method", "auth-method",
            $"must be one of {string.Join(", ", profile.AuthMethods)} in the profile {profile.Name}");
        mistakes.Require(
            profile.IdTokenAlgs.Contains(client.IdTokenSignedResponseAlg), path + ".id_token_signed_response_alg", "alg",
            $"must be one of {string.Join(", ", profile.IdTokenAlgs)} in the profile {profile.Name}");
        mistakes.Require(
            client.TokenEndpointAuthSigningAlg is not { } alg || profile.AssertionAlgs.Contains(alg),
            path + ".token_endpoint_auth_signing_alg", "alg",
            $"must be one of {string.Join(", ", profile.AssertionAlgs)} in the profile {profile.Name}");
        mistakes.Require(
            client.TokenEndpointAuthMethod == "private_key_jwt" || client.TokenEndpointAuthSigningAlg is null,
            path + ".token_endpoint_auth_signing_alg", "alg", "is for private_key_jwt only");
        CheckKeys(client, path, mistakes);
    }

    private static void CheckKeys(ClientMetadata client, string path, Mistakes mistakes)
    {
        mistakes.Require(client.Jwks is null || client.JwksUri is null, path + ".jwks_uri", "keys", "give either jwks or jwks_uri");
        mistakes.Require(
            client.TokenEndpointAuthMethod is not ("private_key_jwt" or "self_signed_tls_client_auth") || client.Jwks is not null || client.JwksUri is not null,
            path + ".jwks_uri", "keys", $"{client.TokenEndpointAuthMethod} needs jwks or, better, jwks_uri");
        if (client.Jwks is not null)
        {
            ClientKeys.Read(client.Jwks, path + ".jwks", mistakes);
        }
    }

    private void CheckAddresses(ClientMetadata client, string path, Mistakes mistakes)
    {
        mistakes.Require(
            client.ApplicationType is "web" or "native", path + ".application_type", "value", "must be web or native");
        mistakes.Require(
            client.ApplicationType != "native" || client.TokenEndpointAuthMethod == "none",
            path + ".token_endpoint_auth_method", "auth-method", "a native application cannot keep a secret: it must be none");
        var native = client.ApplicationType == "native";
        var isSandbox = client.Environment == ClientMetadata.Sandbox;
        var rules = new AddressRules(development, mistakes);
        mistakes.Require(
            !client.GrantTypes.Contains("authorization_code") || client.RedirectUris.Count > 0, path + ".redirect_uris", "missing",
            "at least one address is needed to send citizens back to");

        // A developer's own machine; nothing is called there by this server.
        var redirects = new AddressRules(development || isSandbox, mistakes);
        redirects.CheckRedirects(client.RedirectUris, path + ".redirect_uris", native);
        redirects.CheckRedirects(client.PostLogoutRedirectUris, path + ".post_logout_redirect_uris", native);
        rules.CheckCalled(client.ClientUri, path + ".client_uri");
        rules.CheckCalled(client.JwksUri, path + ".jwks_uri");
        rules.CheckCalled(client.BackchannelLogoutUri, path + ".backchannel_logout_uri");
        client.SecurityEvents?.Check(client, rules, path, mistakes);
    }

    [GeneratedRegex("^[a-z0-9-]{3,64}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
