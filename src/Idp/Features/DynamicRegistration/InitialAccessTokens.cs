using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Data.Pruning;
using Moi.Identity.Idp.Features.Audit;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>The agency in whose name a token registers clients.</summary>
internal sealed record TokenAgency(string Agency, string NameZh, string NameEn);

/// <summary>Issues initial access tokens and counts their use.</summary>
internal sealed class InitialAccessTokens(
    SqlDatabase sql, AuditContextFactory audit, IOptions<RegistrationOptions> options, TimeProvider time)
{
    internal static readonly PruningRule Pruning = new("initial_access_tokens", "expires_at", Keep: TimeSpan.FromDays(30));

    /// <summary>Issues a token for an agency.</summary>
    /// <returns>The token, which is kept nowhere else.</returns>
    internal async Task<ClientSecret> IssueAsync(TokenAgency agency, CancellationToken ct)
    {
        var token = new ClientSecret();
        var now = time.GetUtcNow();
        await sql.TransactionAsync(
            async work =>
            {
                await work.ExecuteAsync(
                    """
                    INSERT INTO initial_access_tokens (token_hash, agency, agency_name_zh, agency_name_en, remaining, created_at, expires_at)
                    VALUES (@hash, @agency, @zh, @en, @remaining, @now, @expires)
                    """,
                    p => p.Add("hash", token.Hash()).Add("agency", agency.Agency).Add("zh", agency.NameZh).Add("en", agency.NameEn)
                        .Add("remaining", options.Value.ClientsPerToken).Add("now", now).Add("expires", now + options.Value.TokenLifetime),
                    ct);
                await work.AppendAsync(
                    AuditEvents.RegistrationTokenIssued(audit.Create(), agency.Agency, ClientSecret.Fingerprint(token.Reveal())), ct);
                return true;
            },
            ct);
        return token;
    }

    /// <summary>Ends all tokens of an agency.</summary>
    /// <returns>How many there were.</returns>
    internal async Task<int> RevokeAsync(string agency, CancellationToken ct)
    {
        var ended = 0;
        await sql.TransactionAsync(
            async work =>
            {
                ended = await work.ExecuteAsync(
                    "DELETE FROM initial_access_tokens WHERE agency = @agency", p => p.Add("agency", agency), ct);
                await work.AppendAsync(AuditEvents.RegistrationTokensRevoked(audit.Create(), agency), ct);
                return true;
            },
            ct);
        return ended;
    }

    /// <summary>The agency of a token that still works; looking does not use it up.</summary>
    internal Task<TokenAgency?> FindAsync(string token, CancellationToken ct)
        => sql.FirstAsync(
            """
            SELECT agency, agency_name_zh, agency_name_en FROM initial_access_tokens
            WHERE token_hash = @hash AND remaining > 0 AND expires_at > @now
            """,
            p => p.Add("hash", ClientSecret.Hash(token)).Add("now", time.GetUtcNow()),
            row => new TokenAgency(row.Text(0), row.Text(1), row.Text(2)), ct);

    /// <summary>Uses the token once, in the transaction that stores the client.</summary>
    /// <returns>Whether it still worked; if not, the transaction must be undone.</returns>
    internal async Task<bool> SpendAsync(SqlWork work, string token, CancellationToken ct)
        => await work.ExecuteAsync(
            """
            UPDATE initial_access_tokens SET remaining = remaining - 1
            WHERE token_hash = @hash AND remaining > 0 AND expires_at > @now
            """,
            p => p.Add("hash", ClientSecret.Hash(token)).Add("now", time.GetUtcNow()), ct) == 1;
}
