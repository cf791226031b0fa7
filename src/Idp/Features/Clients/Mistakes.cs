namespace Moi.Identity.Idp.Features.Clients;

/// <summary>One thing wrong with a registration.</summary>
/// <param name="Path">The member, such as <c>$[0].redirect_uris[1]</c>.</param>
/// <param name="Rule">A stable name, for translations and tests.</param>
/// <param name="Text">What is wrong and what would be right.</param>
internal sealed record Mistake(string Path, string Rule, string Text)
{
    public override string ToString() => $"{Path}: {Text} [{Rule}]";
}

/// <summary>Collects everything that is wrong, so that it can be put right in one go.</summary>
internal sealed class Mistakes
{
    private readonly List<Mistake> _list = [];

    internal IReadOnlyList<Mistake> List => _list;

    internal bool Any => _list.Count > 0;

    internal void Add(string path, string rule, string text) => _list.Add(new Mistake(path, rule, text));

    /// <summary>Notes the mistake unless the claim holds.</summary>
    internal void Require(bool holds, string path, string rule, string text)
    {
        if (!holds)
        {
            Add(path, rule, text);
        }
    }
}
