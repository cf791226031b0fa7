using System.Net;

namespace Moi.Identity.Idp.Features.Oidc.Outbound;

/// <summary>The answer to <see cref="GuardedHttp.DownloadAsync"/>.</summary>
/// <param name="Status">The status; only with 200 is there a body.</param>
/// <param name="Tag">The <c>ETag</c>, as it stands there.</param>
/// <param name="Body">The whole body.</param>
internal sealed record Download(HttpStatusCode Status, string? Tag, byte[] Body);
