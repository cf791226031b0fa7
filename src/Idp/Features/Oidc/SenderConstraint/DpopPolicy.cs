using Moi.Identity.Dpop;
using OpenIddict.Server;

namespace Moi.Identity.Idp.Features.Oidc.SenderConstraint;

/// <summary>What every proof is held to here.</summary>
internal static class DpopPolicy
{
    /// <summary>FAPI 2.0 §5.4: PS256 and ES256. The third that it allows, EdDSA, is not in the platform.</summary>
    internal static readonly DpopRules Rules = new() { Algorithms = ["ES256", "PS256"], Future = Lifetimes.ClockSkew };

    /// <summary>The proof of this request, once it was checked.</summary>
    internal static DpopProof? GetProof(this OpenIddictServerTransaction transaction)
        => transaction.GetProperty<DpopProof>(typeof(DpopProof).FullName!);
}
