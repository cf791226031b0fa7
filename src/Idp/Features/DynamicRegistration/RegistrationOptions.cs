using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary>Section <c>Idp:Registration</c>: dynamic client registration (RFC 7591, RFC 7592) for developers of agencies.</summary>
internal sealed class RegistrationOptions
{
    internal const string Section = "Idp:Registration";

    /// <summary>Whether clients can be registered over HTTP, with an initial access token, into the sandbox environment.</summary>
    /// <value>Default <see langword="false"/>: the endpoint does not exist.</value>
    /// <remarks>Clients of the sandbox are marked as such on every page, ask for consent every time, and can ask for no agency's API.</remarks>
    public bool Enabled { get; set; }

    /// <summary>How many clients one initial access token registers.</summary>
    /// <value>Default 20.</value>
    [Range(1, 1000)]
    public int ClientsPerToken { get; set; } = 20;

    /// <summary>How long an initial access token works.</summary>
    /// <value>Default 30 days.</value>
    [Range(typeof(TimeSpan), "00:05:00", "366.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
internal sealed partial class RegistrationOptionsValidator : IValidateOptions<RegistrationOptions>;
