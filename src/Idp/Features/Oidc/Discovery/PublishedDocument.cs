using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Moi.Identity.Idp.Features.Oidc.Discovery;

/// <summary>A public document as bytes that were made beforehand, with the tag that names exactly these bytes.</summary>
internal sealed class PublishedDocument(string type, ReadOnlyMemory<byte> bytes)
{
    /// <summary>Short enough that a new key is known well before it signs.</summary>
    private const string CacheFor = "public, max-age=300";

    private readonly EntityTagHeaderValue _tag = new('"' + Base64Url.EncodeToString(SHA256.HashData(bytes.Span).AsSpan(0, 16)) + '"');

    internal ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>RFC 9110 §13.1.2: whoever has it already (<c>If-None-Match</c>) hears that it is still good, and no more.</summary>
    internal async Task WriteAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = CacheFor;
        http.Response.Headers.ETag = _tag.ToString();

        // Pages of every site may read it (Fetch §3.3). Always: a shared cache gives to pages what a program has asked for.
        http.Response.Headers.AccessControlAllowOrigin = "*";
        if (IsKnownTo(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        if (HttpMethods.IsGet(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    private bool IsKnownTo(HttpRequest request)
        => request.Headers.IfNoneMatch.Count > 0
            && EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
            && known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(_tag, useStrongComparison: false));
}
