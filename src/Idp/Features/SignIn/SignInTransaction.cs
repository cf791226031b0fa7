using System.Text.Json.Serialization;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.SignIn;

/// <summary>
/// One journey of one browser tab: why somebody was asked to sign in, what is demanded, where it goes on, and what has
/// been reached. It lives 30 minutes, longer than the pushed request or the ceremony it outlives.
/// </summary>
internal sealed record SignInTransaction
{
    /// <summary>The hash of the browser mark it belongs to; another browser gains nothing from the handle.</summary>
    public required string Browser { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The local path to go to afterwards, without the transaction's own parameter.</summary>
    public required string ReturnPath { get; init; }

    /// <summary>The agency's service, or nothing when the citizen came by themselves.</summary>
    public RequestingService? Service { get; init; }

    public AuthenticationRequirement Requirement { get; init; } = new();

    /// <summary>The authorization request as it was accepted: parameter name to value. Only the protocol layer reads it.</summary>
    public Dictionary<string, string>? AuthorizationRequest { get; init; }

    /// <summary>
    /// The code that the citizen copied from a device without a browser (RFC 8628), when that is what the sign-in is for.
    /// </summary>
    public string? UserCode { get; init; }

    /// <summary>Set once a passkey was verified for this very transaction.</summary>
    public AuthenticationOutcome? Outcome { get; init; }

    /// <summary>Set once the citizen answered the consent page of this very transaction.</summary>
    public ConsentOutcome? Consent { get; init; }
}

/// <summary>What the sign-in page says about the service that asks.</summary>
/// <param name="ClientId">The registration.</param>
/// <param name="NameZh">Its name in Traditional Chinese.</param>
/// <param name="NameEn">Its name in English.</param>
/// <param name="AgencyZh">The agency's name in Traditional Chinese.</param>
/// <param name="AgencyEn">The agency's name in English.</param>
/// <param name="RedirectOrigin">Where the browser will be sent: named in the page's <c>form-action</c>. Nothing if it stays here.</param>
/// <param name="IsSandbox">Whether the service is being developed.</param>
internal sealed record RequestingService(
    string ClientId, string NameZh, string NameEn, string AgencyZh, string AgencyEn, string? RedirectOrigin, bool IsSandbox = false);

/// <summary>What the authentication must be like.</summary>
internal sealed record AuthenticationRequirement
{
    /// <summary>Assurance levels that satisfy the request, in order of preference; empty: any.</summary>
    public string[] AcrValues { get; init; } = [];

    /// <summary>The session's authentication may not be older; <see langword="null"/>: no limit.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>A passkey must be touched for this transaction, whatever session there is (<c>prompt=login</c>, sensitive acts).</summary>
    public bool Fresh { get; init; }

    /// <summary>The account is already decided (step-up, confirmation): only its passkeys will do.</summary>
    public Guid? CitizenId { get; init; }

    /// <summary>Why the citizen is asked, a key of the page's texts: <c>remove-passkey</c> …; nothing for a plain sign-in.</summary>
    public string? Purpose { get; init; }
}

/// <summary>A verified passkey, bound to this transaction.</summary>
internal sealed record AuthenticationOutcome(string Sid, Guid CitizenId, Guid CredentialId, DateTimeOffset At, string Acr);

/// <summary>The citizen's answer on the consent page.</summary>
internal sealed record ConsentOutcome(bool Granted, string Sid);

[JsonSerializable(typeof(SignInTransaction))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class SignInTransactionJson : JsonSerializerContext;

/// <summary>Finds transactions, and only in the browser they were made for.</summary>
internal sealed class SignInTransactions(Records<SignInTransaction> records, BrowserMark browser, TimeProvider time)
{
    /// <summary>The parameter that carries the handle in every later address.</summary>
    internal const string Parameter = "tx";

    internal static readonly RecordKind<SignInTransaction> Kind =
        new("transaction", TimeSpan.FromMinutes(30), SignInTransactionJson.Default.SignInTransaction);

    /// <summary>Begins a transaction for this browser.</summary>
    /// <returns>Its handle.</returns>
    internal ValueTask<string> BeginAsync(
        HttpContext http, string returnPath, AuthenticationRequirement requirement, RequestingService? service,
        Dictionary<string, string>? authorizationRequest, CancellationToken ct)
        => records.AddAsync(
            new SignInTransaction
            {
                Browser = browser.GetOrCreate(http),
                CreatedAt = time.GetUtcNow(),
                ReturnPath = returnPath,
                Requirement = requirement,
                Service = service,
                AuthorizationRequest = authorizationRequest,
            },
            ct);

    /// <summary>Begins a transaction of this browser for a code that was copied from a device: a passkey is touched for it.</summary>
    /// <returns>Its handle.</returns>
    internal ValueTask<string> BeginAsync(
        HttpContext http, string returnPath, RequestingService service, string userCode, CancellationToken ct)
        => records.AddAsync(
            new SignInTransaction
            {
                Browser = browser.GetOrCreate(http),
                CreatedAt = time.GetUtcNow(),
                ReturnPath = returnPath,
                Requirement = new AuthenticationRequirement { Fresh = true, Purpose = "device" },
                Service = service,
                UserCode = userCode,
            },
            ct);

    /// <summary>The transaction of this browser, or nothing: expired, finished, made up, or another browser's.</summary>
    internal async ValueTask<Stored<SignInTransaction>?> FindAsync(HttpContext http, string? handle, CancellationToken ct)
        => await records.GetAsync(handle, ct) is { } found && browser.Matches(http, found.Value.Browser) ? found : null;

    /// <summary>Records progress, unless another tab or request did so first.</summary>
    internal ValueTask<bool> TryUpdateAsync(
        string handle, Stored<SignInTransaction> read, SignInTransaction value, CancellationToken ct)
        => records.TryReplaceAsync(handle, read, value, ct);

    /// <summary>Finishes it: of two requests only one gets it. Shown by another browser, it is used up and gives nothing.</summary>
    internal async ValueTask<SignInTransaction?> TakeAsync(HttpContext http, string? handle, CancellationToken ct)
        => await records.TakeAsync(handle, ct) is { } taken && browser.Matches(http, taken.Browser) ? taken : null;

    /// <summary>Goes on with what was taken, because another page is needed.</summary>
    /// <returns>Its new handle.</returns>
    internal ValueTask<string> ContinueAsync(SignInTransaction transaction, CancellationToken ct)
        => records.AddAsync(transaction, ct);

    /// <summary>The address to go on with: the return path with the handle added.</summary>
    internal static string ReturnAddress(SignInTransaction transaction, string handle)
        => transaction is { AuthorizationRequest: null, UserCode: null }
            ? transaction.ReturnPath
            : transaction.ReturnPath + "?" + Parameter + "=" + handle;
}
