using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Data.Pruning;

namespace Moi.Identity.Idp.Features.Oidc.Tokens;

/// <summary>Refresh tokens by plain SQL. Of any number of uses of one token exactly one gets the next.</summary>
internal sealed class RefreshTokenStore(SqlDatabase sql)
{
    /// <summary>
    /// A token that was spent stays as long as it could be presented again: its second use ends the grant. After its
    /// expiry it is refused by what it says itself.
    /// </summary>
    internal static readonly PruningRule Pruning = new("refresh_tokens", "expires_at", Keep: TimeSpan.FromDays(1));

    private const string Redeem = "UPDATE refresh_tokens SET status = 1 WHERE id = @old AND status = 0";

    private const string Insert =
        "INSERT INTO refresh_tokens (id, grant_id, status, created_at, expires_at) VALUES (@id, @grant, 0, @created, @expires)";

    // One statement, so that neither the old token without the new one nor both can exist.
    private const string Rotate = $"""
        WITH spent AS ({Redeem} RETURNING grant_id)
        INSERT INTO refresh_tokens (id, grant_id, status, created_at, expires_at)
        SELECT @id, @grant, 0, @created, @expires FROM spent WHERE grant_id = @grant
        """;

    internal Task AddAsync(RefreshToken token, CancellationToken ct) => sql.ExecuteAsync(Insert, p => Bind(p, token), ct);

    /// <summary>Spends a token and stores its successor.</summary>
    /// <returns>False if the token was spent before.</returns>
    internal async Task<bool> RotateAsync(Guid spent, RefreshToken next, CancellationToken ct)
    {
        if (sql.IsPostgres)
        {
            return await sql.ExecuteAsync(Rotate, p => Bind(p, next).Add("old", spent), ct) == 1;
        }

        return await sql.TransactionAsync(
            async work => await work.ExecuteAsync(Redeem, p => p.Add("old", spent), ct) == 1
                && await work.ExecuteAsync(Insert, p => Bind(p, next), ct) == 1,
            ct);
    }

    private static SqlParameters Bind(SqlParameters p, RefreshToken token)
        => p.Add("id", token.Id).Add("grant", token.GrantId).Add("created", token.CreatedAt).Add("expires", token.ExpiresAt);
}
