using System.Globalization;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Observed;

namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>
/// The rules for a client, one after the other: what it is registered as, and beside it what it was seen doing. A rule that
/// the client's own profile demands cannot be broken by its registration, which is checked when it is saved; a rule of a
/// higher profile can, and that is what an agency reads before it moves there.
/// </summary>
internal static class ClientChecks
{
    private static readonly string[] FapiAlgs = ["ES256", "PS256", "EdDSA"];

    internal static IReadOnlyList<Finding> Judge(Client client, Seen seen)
        =>
        [
            Authentication(client), Keys(client), PushedRequests(client, seen), SenderConstraint(client, seen), RedirectUris(client, seen),
            IdTokenAlg(client), AccessTokenLifetime(client), RefreshTokens(client, seen), Nonce(client, seen), Scopes(client, seen),
            SignOut(client), Contacts(client), Refusals(seen),
        ];

    private static Finding Authentication(Client client)
    {
        var method = client.Metadata.TokenEndpointAuthMethod;
        var verdict = method switch
        {
            "private_key_jwt" or "tls_client_auth" or "self_signed_tls_client_auth" => Verdict.Met,
            _ => Verdict.Broken,
        };
        return new Finding("C-AUTH", [Fapi("§5.3.2.1"), new Source(RuleSet.OAuth21, "RFC 9700 §2.5")], verdict == Verdict.Broken ? Soften(client) : verdict, method, []);

        // RFC 9700 recommends asymmetric authentication; a native application can have none.
        static Verdict Soften(Client client) => client.Profile == ClientProfile.Fapi2 ? Verdict.Broken : Verdict.Advice;
    }

    private static Finding Keys(Client client)
    {
        if (client.Metadata.TokenEndpointAuthMethod is not ("private_key_jwt" or "self_signed_tls_client_auth"))
        {
            return new Finding("C-KEYS", [Own], Verdict.NotApplicable, client.Metadata.TokenEndpointAuthMethod, []);
        }

        return client.Metadata.JwksUri is { } address
            ? new Finding("C-KEYS", [Own], Verdict.Met, address, [])
            : new Finding("C-KEYS", [Own], Verdict.Advice, string.Join(", ", client.Keys.Keys.Select(Describe)), []);
    }

    private static Finding PushedRequests(Client client, Seen seen)
        => UsesBrowser(client)
            ? new Finding(
                "C-PAR", [Fapi("§5.3.2.2")],
                client.RequiresPushedRequests ? Verdict.Met : client.Profile == ClientProfile.Fapi2 ? Verdict.Broken : Verdict.Advice,
                client.RequiresPushedRequests ? "require_pushed_authorization_requests" : "–", seen.Describe(Facts.Request))
            : NotApplicable("C-PAR", Fapi("§5.3.2.2"), client);

    private static Finding SenderConstraint(Client client, Seen seen)
    {
        string[] bound =
        [
            .. client.Metadata.DpopBoundAccessTokens ? ["dpop_bound_access_tokens"] : Array.Empty<string>(),
            .. client.Metadata.TlsClientCertificateBoundAccessTokens ? ["tls_client_certificate_bound_access_tokens"] : Array.Empty<string>(),
        ];
        var verdict = bound.Length > 0 ? Verdict.Met : client.Profile.RequiresSenderConstraint ? Verdict.Broken : Verdict.Advice;
        return new Finding(
            "C-BOUND", [Fapi("§5.3.2.1"), new Source(RuleSet.OAuth21, "RFC 9700 §2.2.1")], verdict,
            bound.Length > 0 ? string.Join(", ", bound) : "Bearer", seen.Describe(Facts.Token));
    }

    private static Finding RedirectUris(Client client, Seen seen)
    {
        if (!UsesBrowser(client))
        {
            return NotApplicable("C-REDIRECT", new Source(RuleSet.OAuth21, "RFC 9700 §2.1"), client);
        }

        var isHttps = client.RedirectUris.All(uri => uri.StartsWith("https://", StringComparison.Ordinal))
            || client.Metadata.ApplicationType == "native";
        var isUsed = !seen.Any(Facts.RedirectUri) || client.RedirectUris.All(uri => seen.Has(Facts.RedirectUri, uri));
        return new Finding(
            "C-REDIRECT", [new Source(RuleSet.OAuth21, "RFC 9700 §2.1")],
            !isHttps ? Verdict.Broken : isUsed ? Verdict.Met : Verdict.Advice,
            string.Join(", ", client.RedirectUris), seen.Describe(Facts.RedirectUri));
    }

    private static Finding IdTokenAlg(Client client)
    {
        var alg = client.Metadata.IdTokenSignedResponseAlg;
        return UsesBrowser(client)
            ? new Finding("C-IDTOKEN", [Fapi("§5.4.1")], FapiAlgs.Contains(alg) ? Verdict.Met : Verdict.Advice, alg, [])
            : NotApplicable("C-IDTOKEN", Fapi("§5.4.1"), client);
    }

    private static Finding AccessTokenLifetime(Client client)
        => new(
            "C-ACCESS", [new Source(RuleSet.OAuth21, "RFC 9700 §2.2"), Own],
            client.Metadata.AccessTokenLifetime <= TimeSpan.FromMinutes(15) ? Verdict.Met : Verdict.Advice,
            string.Create(CultureInfo.InvariantCulture, $"{client.Metadata.AccessTokenLifetime.TotalSeconds:0} s"), []);

    private static Finding RefreshTokens(Client client, Seen seen)
    {
        var source = new Source(RuleSet.OAuth21, "RFC 9700 §2.2.2");
        if (!client.Metadata.GrantTypes.Contains("refresh_token"))
        {
            return NotApplicable("C-REFRESH", source, client);
        }

        var isNeeded = !seen.Any(Facts.Grant) || seen.Has(Facts.Grant, "refresh_token");
        var kind = client.Profile.RotatesRefreshTokens ? "rotation" : "sender-constrained";
        return new Finding(
            "C-REFRESH", [source, Own], isNeeded ? Verdict.Met : Verdict.Advice,
            string.Create(CultureInfo.InvariantCulture, $"{kind}, {client.Metadata.RefreshTokenLifetime.TotalDays:0.##} d"), seen.Describe(Facts.Grant));
    }

    private static Finding Nonce(Client client, Seen seen)
    {
        if (!UsesBrowser(client) || !seen.Any(Facts.Nonce))
        {
            return new Finding("C-NONCE", [Own], Verdict.NotApplicable, "–", []);
        }

        return new Finding(
            "C-NONCE", [new Source(RuleSet.OAuth21, "RFC 9700 §2.1.1"), Own],
            seen.Has(Facts.Nonce, "absent") ? Verdict.Advice : Verdict.Met, "–", seen.Describe(Facts.Nonce));
    }

    private static Finding Scopes(Client client, Seen seen)
        => new(
            "C-SCOPE", [new Source(RuleSet.OAuth21, "RFC 9700 §2.3"), Own],
            !seen.Any(Facts.Scope) || client.Metadata.Scopes.All(scope => seen.Has(Facts.Scope, scope)) ? Verdict.Met : Verdict.Advice,
            string.Join(' ', client.Metadata.Scopes), seen.Describe(Facts.Scope));

    private static Finding SignOut(Client client)
        => UsesBrowser(client)
            ? new Finding(
                "C-LOGOUT", [Own], client.Metadata.BackchannelLogoutUri is null ? Verdict.Broken : Verdict.Met,
                client.Metadata.BackchannelLogoutUri ?? "–", [])
            : NotApplicable("C-LOGOUT", Own, client);

    private static Finding Contacts(Client client)
        => new(
            "C-CONTACT", [Own], client.Metadata.Contacts.Count > 0 ? Verdict.Met : Verdict.Advice,
            client.Metadata.Contacts.Count > 0 ? string.Join(", ", client.Metadata.Contacts) : "–", []);

    private static Finding Refusals(Seen seen)
        => new("C-REFUSED", [Own], seen.Any(Facts.Refused) ? Verdict.Advice : Verdict.Met, "–", seen.Describe(Facts.Refused));

    private static bool UsesBrowser(Client client) => client.Metadata.GrantTypes.Contains("authorization_code");

    private static Finding NotApplicable(string rule, Source source, Client client)
        => new(rule, [source], Verdict.NotApplicable, string.Join(' ', client.Metadata.GrantTypes.DefaultIfEmpty("–")), []);

    private static string Describe(SecurityKey key)
        => string.Create(CultureInfo.InvariantCulture, $"{(key is RsaSecurityKey ? "RSA" : "EC")} {key.KeySize}");

    private static Source Fapi(string clause) => new(RuleSet.Fapi2, clause);

    private static readonly Source Own = new(RuleSet.Own, "");
}
