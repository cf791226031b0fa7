using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>
/// Whoever brings a code or token that is bound to a key shows that key: by a proof (RFC 9449 §7.1, §10) or by the certificate of
/// the connection (RFC 8705 §3).
/// </summary>
/// <remarks>
/// The engine's own check knows certificates only, and fails at everything else. Introspection and revocation are not uses of a
/// token: they are asked about it by somebody else.
/// </remarks>
internal sealed class CheckConfirmation : IOpenIddictServerHandler<ValidateTokenContext>
{
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        // What is in a client's assertion is the client's own word.
        if (!context.DisableProofOfPossessionValidation && !context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion)
            && FindFault(context.Principal!, context.Transaction) is { } fault)
        {
            context.Refuse(fault);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Why the sender of a request does not hold the keys of a token whose signature was verified; nothing when it does.</summary>
    internal static Refusal? FindFault(ClaimsPrincipal token, OpenIddictServerTransaction transaction)
    {
        var isGrant = transaction.EndpointType == OpenIddictServerEndpointType.Token;
        var confirmation = Confirmation.Of(token);

        // SECURITY: RFC 9449 §7.2. A bound token that is used as a bearer token has been stolen, or is about to be.
        if (confirmation?.Jkt is { } jkt && !(transaction.GetProof() is { } proof && AreEqual(proof.Jkt, jkt)))
        {
            return isGrant ? SenderRefusals.NoProofForGrant : SenderRefusals.NoProof;
        }

        if (confirmation?.CertificateHash is { } hash
            && !(transaction.RemoteCertificate is { } certificate && AreEqual(Confirmation.HashOf(certificate), hash)))
        {
            return isGrant ? SenderRefusals.NoCertificateForGrant : SenderRefusals.NoCertificate;
        }

        if (confirmation is { Jkt: null, CertificateHash: null })
        {
            return SenderRefusals.UnknownBinding;
        }

        // §7.1: the scheme says that the token is bound; one that is not would make the proof worth nothing.
        return transaction.UsesDpopScheme() && confirmation?.Jkt is null
            ? SenderRefusals.NotBound
            : null;
    }

    private static bool AreEqual(string left, string right)
        => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));
}
