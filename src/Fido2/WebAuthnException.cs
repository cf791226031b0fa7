using System.Diagnostics.CodeAnalysis;

namespace Moi.Identity.Fido2;

/// <summary>A failed step. It never leaves the engine: the public methods turn it into a <see cref="WebAuthnFailure"/>.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Made in one place only.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Caught by the engine's public methods.")]
internal sealed class WebAuthnException(WebAuthnError error, string detail = "") : Exception(detail)
{
    internal WebAuthnError Error { get; } = error;

    internal static void Require([DoesNotReturnIf(false)] bool condition, WebAuthnError error, string detail = "")
    {
        if (!condition)
        {
            throw new WebAuthnException(error, detail);
        }
    }
}
