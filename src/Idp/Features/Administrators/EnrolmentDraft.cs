using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.Administrators;

/// <summary>An invited administrator between the two pages: not an account yet. It belongs to one browser.</summary>
internal sealed record EnrolmentDraft(string Browser, string Token, string Label, byte[] UserHandle)
{
    internal static readonly RecordKind<EnrolmentDraft> Record =
        new("enrolment", TimeSpan.FromMinutes(30), EnrolmentDraftJson.Default.EnrolmentDraft);
}

[JsonSerializable(typeof(EnrolmentDraft))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class EnrolmentDraftJson : JsonSerializerContext;

/// <summary>Drafts of invited administrators, and the browser that each invitation belongs to.</summary>
internal sealed class EnrolmentDrafts(
    Records<EnrolmentDraft> records, IShortLivedStore store, AdministratorInvitations invitations, BrowserMark browser)
{
    private const int UserHandleBytes = 32;

    /// <summary>
    /// Begins. The browser that begins first keeps the invitation: the link alone, copied from there, is worth nothing
    /// (CVE-2026-37982). Looking at the link binds nothing, because mail and chat programs look too.
    /// </summary>
    /// <returns>The draft's handle; nothing if the invitation is closed or another browser's.</returns>
    internal async Task<string?> BeginAsync(HttpContext http, string? token, string label, CancellationToken ct)
    {
        if (!await invitations.IsOpenAsync(token, ct))
        {
            return null;
        }

        var mark = browser.GetOrCreate(http);
        var key = "invitation:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token!)));
        if (!await store.TryAddAsync(key, Encoding.ASCII.GetBytes(mark), AdministratorInvitations.Lifetime, ct)
            && (await store.GetAsync(key, ct) is not { } holder || !browser.Matches(http, Encoding.ASCII.GetString(holder))))
        {
            return null;
        }

        return await records.AddAsync(
            new EnrolmentDraft(mark, token!, label, RandomNumberGenerator.GetBytes(UserHandleBytes)), ct);
    }

    internal async ValueTask<EnrolmentDraft?> FindAsync(HttpContext http, string? handle, CancellationToken ct)
        => await records.GetAsync(handle, ct) is { } found && browser.Matches(http, found.Value.Browser) ? found.Value : null;

    internal async ValueTask<EnrolmentDraft?> TakeAsync(HttpContext http, string? handle, CancellationToken ct)
        => await records.TakeAsync(handle, ct) is { } draft && browser.Matches(http, draft.Browser) ? draft : null;
}
