using System.ComponentModel.DataAnnotations;

namespace Moi.Identity.Idp.Web.Limits;

/// <summary>Section <c>Idp:Limits</c>: how many requests a minute one sender may make. All servers count together.</summary>
internal sealed class LimitOptions
{
    internal const string Section = "Idp:Limits";

    /// <summary>Whether anything is counted.</summary>
    /// <value>Default <c>true</c>.</value>
    /// <remarks>Without it only what stands in front of the server stops a flood.</remarks>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Requests a minute from one address (IPv6: one /64) to the pages of sign-up, sign-in and enrolment, and to the
    /// endpoints that a browser visits on its way to an agency. A refused request counts ten times.
    /// </summary>
    /// <value>Default 1200.</value>
    /// <remarks>A sign-in takes about eight. A whole office or a mobile network may share one address: too low refuses citizens.</remarks>
    [Range(10, 10_000_000)]
    public int PagesPerAddress { get; set; } = 1200;

    /// <summary>
    /// Requests a minute from one address to the endpoints that agencies' programs call, before anything is read. A
    /// refused request counts ten times.
    /// </summary>
    /// <value>Default 12000.</value>
    /// <remarks>Several agencies may reach the server through one gateway.</remarks>
    [Range(10, 10_000_000)]
    public int ProgramsPerAddress { get; set; } = 12_000;

    /// <summary>
    /// Requests a minute of one client to the endpoints where it proves who it is (tokens, pushed requests, introspection,
    /// revocation, devices, polling for events), counted once it has; a public client, which cannot, is counted for each address apart.
    /// </summary>
    /// <value>Default 12000.</value>
    /// <remarks>
    /// A complete sign-in takes two. Too low refuses an agency's citizens on its busiest day, and the callers of an API that asks about
    /// every token.
    /// </remarks>
    [Range(10, 10_000_000)]
    public int RequestsPerClient { get; set; } = 12_000;

    /// <summary>
    /// Codes of devices that do not exist, a minute, from one address and from one browser. Whoever guesses more gets no
    /// answer for the rest of the minute.
    /// </summary>
    /// <value>Default 10.</value>
    /// <remarks>A code has 25,600 million values and lives ten minutes; a citizen mistypes it once or twice.</remarks>
    [Range(3, 10_000)]
    public int WrongCodes { get; set; } = 10;
}
