using System.ComponentModel.DataAnnotations;

namespace Moi.Identity.Idp.Features.Operations;

/// <summary>Section <c>Idp:Shutdown</c>: what happens between the request to stop and the end.</summary>
internal sealed class ShutdownOptions
{
    internal const string Section = "Idp:Shutdown";

    /// <summary>
    /// How long the server still accepts requests while <c>/health/ready</c> already answers 503, so that a load
    /// balancer stops sending before the server stops listening.
    /// </summary>
    /// <value>Default none. Behind a load balancer: a little longer than two of its probes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Drain { get; set; }

    /// <summary>How long requests that have begun may take to finish.</summary>
    /// <value>Default 20 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan Finish { get; set; } = TimeSpan.FromSeconds(20);
}
