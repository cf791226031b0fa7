using Microsoft.AspNetCore.Http;

namespace Moi.Identity;

/// <summary>Paths of this application, the only places a return address may name.</summary>
internal static class LocalPath
{
    /// <summary>
    /// Accepted: <c>/</c>, <c>/a?b=c</c>. Refused: <c>//evil</c>, <c>/\evil</c>, <c>https://evil</c>, control characters.
    /// SECURITY: browsers read a backslash as a slash and drop tabs and line breaks, so <c>/\evil</c> and <c>/TAB/evil</c> leave the site.
    /// </summary>
    internal static bool IsLocal(string? path) =>
        path is ['/', ..]
        && !(path.Length > 1 && path[1] is '/' or '\\')
        && !path.Any(char.IsControl);

    internal static string OrHome(string? path, PathString pathBase) =>
        IsLocal(path) ? path! : pathBase + "/";

    /// <summary>Where the citizen is, to come back to.</summary>
    internal static string OfRequest(HttpRequest request) =>
        OrHome(request.PathBase + request.Path + request.QueryString, request.PathBase);
}
