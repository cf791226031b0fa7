using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Observed;

namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>Judges this server and its clients, rule by rule.</summary>
internal sealed class Assessor(ClientCatalog clients, ObservedRequests observed, ServerChecks server)
{
    internal IReadOnlyList<Finding> JudgeServer() => server.Judge();

    /// <summary>The clients of an agency, or all of them, in the order of their names.</summary>
    internal async Task<IReadOnlyList<ClientReport>> JudgeClientsAsync(Func<Client, bool> which, CancellationToken ct)
    {
        await observed.FlushAsync(ct);
        var seen = (await observed.ListAsync(ct)).ToLookup(o => o.ClientId);
        return
        [
            .. clients.All.Where(which).OrderBy(client => client.Id, StringComparer.Ordinal).Select(client => new ClientReport(
                client.Id, client.Metadata.NameZh, client.Metadata.NameEn, client.Metadata.Agency, client.Profile.Name,
                ClientChecks.Judge(client, new Seen(seen[client.Id])))),
        ];
    }
}
