using System.Globalization;
using Microsoft.Extensions.Localization;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.Oidc.Keys;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.Assessment;

/// <summary><c>clients check [ID]</c>: the same judgement as the administrators' page, for a terminal and for scripts.</summary>
internal static class AssessmentCommand
{
    /// <returns>The exit status: 0 nothing broken, 1 a rule is broken, 2 there is no such client.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string? clientId, CancellationToken ct)
    {
        await DataFeature.PrepareAsync(services, ct);
        var catalog = services.GetRequiredService<ClientCatalog>();
        await catalog.LoadAsync(ct);
        await services.GetRequiredService<SigningKeyRing>().LoadAsync(ct);
        if (clientId is not null && catalog.FindAny(clientId) is null)
        {
            await Console.Error.WriteLineAsync($"There is no client {clientId}.");
            return 2;
        }

        var assessor = services.GetRequiredService<Assessor>();
        var texts = services.GetRequiredService<IStringLocalizerFactory>().Create(typeof(AssessmentTexts));
        var isBroken = false;
        CultureInfo.CurrentUICulture = Languages.English.Culture;
        if (clientId is null)
        {
            isBroken |= await WriteAsync("this server", assessor.JudgeServer(), texts);
        }

        foreach (var report in await assessor.JudgeClientsAsync(client => clientId is null || client.Id == clientId, ct))
        {
            isBroken |= await WriteAsync($"{report.ClientId} ({report.Agency}, {report.Profile})", report.Findings, texts);
        }

        return isBroken ? 1 : 0;
    }

    private static async Task<bool> WriteAsync(string title, IReadOnlyList<Finding> findings, IStringLocalizer texts)
    {
        await Console.Out.WriteLineAsync($"\n{title}");
        foreach (var finding in findings.Where(f => f.Verdict != Verdict.NotApplicable))
        {
            var mark = finding.Verdict switch
            {
                Verdict.Met => "met   ",
                Verdict.Advice => "advice",
                _ => "BROKEN",
            };
            await Console.Out.WriteLineAsync($"  {mark}  {finding.Rule,-11} {texts[finding.Rule]}");
            await Console.Out.WriteLineAsync(
                $"          registered: {finding.Registered}{(finding.Observed.Count > 0 ? "; observed: " + string.Join(", ", finding.Observed) : "")}");
            if (finding.Verdict != Verdict.Met)
            {
                await Console.Out.WriteLineAsync($"          {texts[finding.Rule + ".Advice"]}");
            }
        }

        return findings.Any(f => f.Verdict == Verdict.Broken);
    }
}
