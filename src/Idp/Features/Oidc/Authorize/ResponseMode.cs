using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Oidc.Authorize;

/// <summary>How an authorization response reaches the client: by the address or by a form, plain or signed (JARM §2.3).</summary>
internal static class ResponseMode
{
    internal const string Jwt = "jwt";
    internal const string QueryJwt = "query.jwt";
    internal const string FormPostJwt = "form_post.jwt";

    internal static readonly IReadOnlyList<string> All = [ResponseModes.Query, ResponseModes.FormPost, Jwt, QueryJwt, FormPostJwt];

    internal static bool IsSigned(string? mode) => mode is Jwt or QueryJwt or FormPostJwt;
}
