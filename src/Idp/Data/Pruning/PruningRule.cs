namespace Moi.Identity.Idp.Data.Pruning;

/// <summary>Rows that serve nobody any more. The feature that owns a table says which, beside its other statements.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The indexed time by which rows grow old.</param>
/// <param name="Keep">How long a row stays after that time.</param>
/// <param name="And">What else must be true of a row <c>t</c>, in SQL for both databases.</param>
internal sealed record PruningRule(string Table, string Column, TimeSpan Keep, string And = "1 = 1");

internal static class PruningRules
{
    internal static IServiceCollection AddPruningRule(this IServiceCollection services, PruningRule rule)
        => services.AddSingleton(rule);
}
