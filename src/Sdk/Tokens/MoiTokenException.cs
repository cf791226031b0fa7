using System.Net;

namespace Moi.Identity;

/// <summary>Why there is no access token for a call.</summary>
public enum MoiTokenFailure
{
    /// <summary>Nobody is signed in on the request that made the call, or the call was made outside a request.</summary>
    NobodySignedIn,

    /// <summary>The session is over: the provider no longer renews it. The citizen has to sign in again.</summary>
    SignInNeeded,

    /// <summary>The provider refused for another reason, named in <see cref="MoiTokenException.Error"/>: a scope or an API that this client may not use, for example.</summary>
    Refused,

    /// <summary>The provider could not be reached, was busy or gave no usable answer. The same call may succeed later.</summary>
    ProviderUnreachable,
}

/// <summary>
/// Thrown by a call of an <see cref="HttpClient"/> that gets its access token from this package, when there is none to be had. Nothing was
/// sent to the API. Its text is for the operator and holds no token and no page.
/// </summary>
public sealed class MoiTokenException : HttpRequestException
{
    internal MoiTokenException(MoiTokenFailure failure, string message, string? error = null, Exception? cause = null)
        : base(message, cause, StatusOf(failure))
    {
        Failure = failure;
        Error = error;
    }

    /// <summary>Why.</summary>
    public MoiTokenFailure Failure { get; }

    /// <summary>The provider's OAuth error, for example <c>invalid_scope</c>, when it gave one.</summary>
    public string? Error { get; }

    private static HttpStatusCode StatusOf(MoiTokenFailure failure) => failure switch
    {
        MoiTokenFailure.NobodySignedIn or MoiTokenFailure.SignInNeeded => HttpStatusCode.Unauthorized,
        MoiTokenFailure.Refused => HttpStatusCode.Forbidden,
        _ => HttpStatusCode.ServiceUnavailable,
    };
}
