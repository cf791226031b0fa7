using System.Globalization;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Why something was refused, as its sender is told.</summary>
/// <param name="Code">The code of this reason, whose page says what to do. Refusals that are mended in the same way share one.</param>
/// <param name="Error">The <c>error</c> (RFC 6749 §5.2 and its extensions).</param>
/// <param name="Hint">
/// The <c>error_description</c>: about the sender's own request, and nothing about other clients or citizens. ASCII without
/// quotation marks (RFC 6749 §5.2); values stand at <c>{0}</c>.
/// </param>
internal sealed record Refusal(string Code, string Error, string Hint)
{
    /// <summary>The refusal with its values.</summary>
    internal Refusal With(params object?[] values) => this with { Hint = string.Format(CultureInfo.InvariantCulture, Hint, values) };
}
