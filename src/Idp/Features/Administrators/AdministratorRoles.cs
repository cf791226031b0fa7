using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>Who may administer what.</summary>
internal sealed class AdministratorRoles(SqlDatabase sql)
{
    /// <summary>The agencies that an active citizen administers; an empty name stands for all of them.</summary>
    internal async Task<IReadOnlySet<string>> OfAsync(Guid citizenId, CancellationToken ct)
        => (await sql.ListAsync(
            """
            SELECT r.agency FROM administrator_roles r JOIN citizens c ON c.id = r.citizen_id
            WHERE r.citizen_id = @citizen AND c.status = 0
            """,
            p => p.Add("citizen", citizenId), row => row.Text(0), ct)).ToHashSet(StringComparer.Ordinal);
}
