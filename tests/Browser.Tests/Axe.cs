using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Moi.Identity.Browser.Tests;

/// <summary>
/// The accessibility rules of axe-core, run in the page itself. Our pages have no frames, so the separate page that the
/// Playwright binding opens for every run, to join the results of frames, would be most of the time.
/// </summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    private const string Run =
        """
        async rules => {
          const options = { resultTypes: ["violations"], runOnly: rules ? { type: "rule", values: rules } : undefined };
          const result = await axe.run(document, options);
          return result.violations.flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.html}`));
        }
        """;

    /// <summary>What breaks a rule, as "rule: element"; every rule of axe's default set when none is named.</summary>
    internal static async Task<string[]> ViolationsAsync(this IPage page, params string[] rules)
    {
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
        {
            await page.EvaluateAsync(Script);
        }

        return await page.EvaluateAsync<string[]>(Run, rules.Length == 0 ? null : rules);
    }
}
