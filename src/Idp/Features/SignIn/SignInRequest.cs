using System.Text.Encodings.Web;
using Moi.Identity.Idp.Storage;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>What a sign-in page was opened for: an agency's transaction, or a path of our own.</summary>
internal sealed record SignInRequest(string? Handle, Stored<SignInTransaction>? Transaction, string ReturnPath)
{
    internal RequestingService? Service => Transaction?.Value.Service;

    internal AuthenticationRequirement Requirement => Transaction?.Value.Requirement ?? new AuthenticationRequirement();

    /// <summary>Whether the account is decided and only has to be confirmed.</summary>
    internal bool IsConfirmation => Requirement.CitizenId is not null;

    /// <summary>Whether a session alone, however it was made, may satisfy it.</summary>
    internal bool AcceptsSession => Requirement is { Fresh: false, CitizenId: null, MaxAge: null, AcrValues.Length: 0 };

    /// <summary>Carries the request to a sibling page.</summary>
    internal string Query => Handle is not null ? "?" + SignInTransactions.Parameter + "=" + Handle
        : ReturnPath == LocalPath.Default ? ""
        : "?return=" + UrlEncoder.Default.Encode(ReturnPath);

    /// <summary>Where the browser goes when all is done.</summary>
    internal string Onward => Transaction is { Value: var transaction }
        ? SignInTransactions.ReturnAddress(transaction, Handle!)
        : ReturnPath;

    /// <summary>Lets the forms of this response lead on to the agency.</summary>
    internal void AllowOnward(HttpContext http)
    {
        if (Service?.RedirectOrigin is { } origin)
        {
            SecurityHeaders.AllowFormRedirectTo(http, origin);
        }
    }
}

/// <summary>Reads <c>?tx=</c> and <c>?return=</c>.</summary>
internal sealed class SignInRequests(SignInTransactions transactions)
{
    /// <summary>The request, or nothing when it names a transaction that is over or another browser's.</summary>
    internal async ValueTask<SignInRequest?> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var query = http.Request.Query;
        return query[SignInTransactions.Parameter] is [{ } handle]
            ? await ReadAsync(http, handle, null, ct)
            : new SignInRequest(null, null, LocalPath.OrDefault(query["return"]));
    }

    /// <summary>The request that a record of ours remembers.</summary>
    internal async ValueTask<SignInRequest?> ReadAsync(HttpContext http, string? handle, string? returnPath, CancellationToken ct)
    {
        if (handle is null)
        {
            return new SignInRequest(null, null, LocalPath.OrDefault(returnPath));
        }

        return await transactions.FindAsync(http, handle, ct) is { } found
            ? new SignInRequest(handle, found, found.Value.ReturnPath)
            : null;
    }
}

internal static class RequestingServiceNames
{
    /// <summary>The service's name in the language of the page.</summary>
    internal static string Name(this RequestingService service)
        => Languages.Current == Languages.English ? service.NameEn : service.NameZh;

    internal static string Agency(this RequestingService service)
        => Languages.Current == Languages.English ? service.AgencyEn : service.AgencyZh;
}
