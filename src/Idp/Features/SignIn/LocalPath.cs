namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>Where a browser may be sent after sign-in when no agency asked: a path of this site and nothing else.</summary>
/// <remarks>
/// SECURITY: no open redirect. <c>//evil</c> and <c>/\evil</c> are other hosts to a browser, and control characters
/// are dropped by it before it looks.
/// </remarks>
internal static class LocalPath
{
    internal const string Default = "/account";

    private const int Longest = 2000;

    /// <summary>The path itself, or the account page in place of anything else.</summary>
    internal static string OrDefault(string? path) => IsLocal(path) ? path! : Default;

    internal static bool IsLocal(string? path)
        => path is { Length: > 0 and <= Longest } && path[0] == '/'
            && (path.Length == 1 || path[1] is not ('/' or '\\'))
            && !path.Any(c => c == '\\' || char.IsControl(c) || char.IsSurrogate(c) || c > '~');
}
