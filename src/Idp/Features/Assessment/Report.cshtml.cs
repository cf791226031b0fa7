using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Moi.Identity.Idp.Features.Administrators;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Assessment;

/// <summary><c>/administration/report</c>: the server, and the clients that this administrator looks after.</summary>
[Authorize(Policy = AdministratorPolicy.Name)]
internal sealed class ReportModel(Assessor assessor, AdministratorRoles roles) : PageModel
{
    internal IReadOnlyList<Finding> Server { get; private set; } = [];

    internal IReadOnlyList<ClientReport> Clients { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var agencies = await roles.OfAsync(HttpContext.RequireSession().CitizenId, ct);
        Server = assessor.JudgeServer();
        Clients = await assessor.JudgeClientsAsync(client => agencies.Contains("") || agencies.Contains(client.Metadata.Agency), ct);
    }

    /// <summary>The sets in which a report can be passed.</summary>
    internal static IReadOnlyList<RuleSet> Sets { get; } = [RuleSet.Fapi2, RuleSet.OAuth21, RuleSet.Own];
}
