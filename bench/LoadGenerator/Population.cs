using Npgsql;

namespace Moi.Identity.LoadGenerator;

/// <summary>Fills the database with a country: people who have a passkey, have been to an agency and left their traces.</summary>
/// <remarks>
/// Each has one passkey, one consent, one pairwise subject and one grant; the refresh tokens are spread evenly over the grants,
/// all but the last of a grant used, as rotation leaves them. There is one audit event for each refresh token. None of these
/// people can sign in: their keys are noise.
/// </remarks>
internal static class Population
{
    /// <summary>Adds them, and leaves the statistics and the files as the database's own upkeep would.</summary>
    internal static async Task AddAsync(string database, int citizens, int refreshTokens)
    {
        await using var source = NpgsqlDataSource.Create(database + ";Pooling=false;Command Timeout=3600");
        foreach (var statement in Statements(citizens, refreshTokens))
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string[] Statements(int citizens, int refreshTokens) =>
    [
        // Identifiers in the order of time, as the server makes them (RFC 9562, version 7).
        """
        CREATE FUNCTION uuid7(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS
        $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 2, 3)
            || '8' || substr(md5(random()::text), 2, 15))::uuid $$
        """,
        $"""
        CREATE UNLOGGED TABLE population AS
        SELECT n, uuid7(at) AS citizen, uuid7(at) AS credential, uuid7(at) AS visit, at
        FROM generate_series(1, {citizens}) n CROSS JOIN LATERAL (SELECT now() - ({citizens} - n) * interval '2 seconds' AS at) moment
        """,
        """
        INSERT INTO citizens (id, display_label, user_handle, status, created_at, identity_level, minimum_authenticator)
        SELECT citizen, '民眾 ' || n, sha512(citizen::text::bytea), 0, at, 0, 0 FROM population
        """,
        """
        INSERT INTO credentials (id, citizen_id, credential_id, public_key, algorithm, sign_count, aaguid, transports, backup_eligible,
            backed_up, user_verification_initialized, attestation_format, attestation_type, attestation_trusted, certification,
            trust_path, model_standing, model_statuses, rp_id, status, name, created_at, last_used_on)
        SELECT credential, citizen, sha256(credential::text::bytea), sha512(credential::text::bytea), -7, 0, gen_random_uuid(), 'internal',
            true, true, true, 'none', 'none', false, '', '', '', '', 'idp.example', 0, '手機', at, '' FROM population
        """,
        """
        INSERT INTO consents (citizen_id, client_id, released, granted_at) SELECT citizen, 'agency-' || n % 500, 'profile', at FROM population
        """,
        """
        INSERT INTO pairwise_subjects (citizen_id, sector, subject)
        SELECT citizen, 'agency-' || n % 500 || '.example', encode(sha256(visit::text::bytea), 'hex') FROM population
        """,
        """
        INSERT INTO grants (id, citizen_id, credential_id, client_id, sid, subject, scopes, locale, kind, status, created_at, used_at)
        SELECT visit, citizen, credential, 'agency-' || n % 500, encode(sha256(visit::text::bytea), 'hex'),
            encode(sha256(visit::text::bytea), 'hex'), 'openid profile offline_access', 'zh-TW', 1, 0, at, at FROM population
        """,
        $"""
        INSERT INTO refresh_tokens (id, grant_id, status, created_at, expires_at)
        SELECT uuid7(at - part * interval '1 minute'), visit, CASE WHEN part = 1 THEN 0 ELSE 1 END, at - part * interval '1 minute',
            at - part * interval '1 minute' + interval '90 days'
        FROM population CROSS JOIN generate_series(1, {refreshTokens / citizens}) part
        """,
        $$"""
        INSERT INTO audit_events (id, at, name, citizen_id, client_id, sid, device, trace_id, details)
        SELECT uuid7(at - part * interval '1 minute'), at - part * interval '1 minute', 'sign-in.succeeded', citizen, 'agency-' || n % 500,
            encode(sha256(visit::text::bytea), 'hex'), 'Chrome, Android', md5(visit::text), '{}'
        FROM population CROSS JOIN generate_series(1, {{refreshTokens / citizens}}) part
        """,
        "DROP TABLE population",
        "DROP FUNCTION uuid7",
        "VACUUM (ANALYZE)",
        "CHECKPOINT",
    ];
}
