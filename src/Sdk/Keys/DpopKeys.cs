using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Keys;

/// <summary>
/// The keys that access tokens are bound to (RFC 9449), in the folder <c>dpop</c> of the keys folder: one for the whole application,
/// the same on every instance and after every restart.
/// </summary>
/// <remarks>
/// A key in memory would bind tokens to one instance until it stops, while the session that holds them is shared and goes on. Nothing is
/// published: each proof carries the public half. Refresh tokens of a client that authenticates are not bound (RFC 9449 §5), so a key
/// that is lost costs one refresh and nobody's session.
/// </remarks>
internal sealed class DpopKeys(IOptions<MoiIdentityOptions> options, ClientKeys clientKeys, TimeProvider time, ILogger<DpopKeys> logger)
    : PemKeys(Path.Combine(clientKeys.Folder, "dpop"), time, logger)
{
    private readonly AsyncLocal<string?> _chosen = new();

    /// <summary>The key for new tokens, or <see langword="null"/> when <see cref="MoiIdentityOptions.Dpop"/> is off.</summary>
    internal ClientKey? ForNewTokens => options.Value.Dpop ? Signing : null;

    /// <summary>
    /// The thumbprint of the key that the current flow speaks with, where ASP.NET Core's handler makes a request that cannot say so itself.
    /// </summary>
    internal string? Chosen
    {
        get => _chosen.Value;
        set => _chosen.Value = value;
    }

    /// <summary>The key of a thumbprint; another instance may just have made it.</summary>
    internal ClientKey? Find(string thumbprint) =>
        All.FirstOrDefault(key => key.Kid == thumbprint) ?? Reload().FirstOrDefault(key => key.Kid == thumbprint);
}
