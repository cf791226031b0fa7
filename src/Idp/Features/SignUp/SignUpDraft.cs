using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.SignUp;

/// <summary>
/// A sign-up between its two pages. It is no account: that begins to exist with a verified passkey. The user handle is
/// kept over retries, so that a device replaces its half-made passkey in place of collecting orphans.
/// </summary>
internal sealed record SignUpDraft(string Browser, string Label, byte[] UserHandle, string? Transaction, string ReturnPath)
{
    internal static readonly RecordKind<SignUpDraft> Record =
        new("sign-up", TimeSpan.FromMinutes(30), SignUpDraftJson.Default.SignUpDraft);
}

[JsonSerializable(typeof(SignUpDraft))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SignUpDraftJson : JsonSerializerContext;

/// <summary>Finds drafts, and only in the browser they were made in.</summary>
internal sealed class SignUpDrafts(Records<SignUpDraft> records, BrowserMark browser)
{
    private const int UserHandleBytes = 32;

    internal ValueTask<string> AddAsync(HttpContext http, string label, SignInRequest request, CancellationToken ct)
        => records.AddAsync(
            new SignUpDraft(
                browser.GetOrCreate(http), label, RandomNumberGenerator.GetBytes(UserHandleBytes), request.Handle, request.ReturnPath),
            ct);

    internal async ValueTask<SignUpDraft?> FindAsync(HttpContext http, string? handle, CancellationToken ct)
        => await records.GetAsync(handle, ct) is { } found && browser.Matches(http, found.Value.Browser) ? found.Value : null;

    /// <summary>Of any number of requests one gets it: a draft becomes one account at most.</summary>
    internal async ValueTask<SignUpDraft?> TakeAsync(HttpContext http, string? handle, CancellationToken ct)
        => await records.TakeAsync(handle, ct) is { } draft && browser.Matches(http, draft.Browser) ? draft : null;
}
