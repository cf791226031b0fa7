namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Section <c>Idp:Proxies</c>: the reverse proxies in front of the server.</summary>
internal sealed class ProxyOptions
{
    internal const string Section = "Idp:Proxies";

    /// <summary>
    /// Addresses (<c>10.0.0.5</c>) and networks (<c>10.0.0.0/24</c>) of the proxies. Only from them are
    /// <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> believed.
    /// </summary>
    /// <value>Empty by default: nobody is believed. Required in Production when the server itself listens on http.</value>
    /// <remarks>Too wide a network lets anybody in it choose the address that rate limits and logs see.</remarks>
    public IList<string> Trusted { get; } = [];
}
