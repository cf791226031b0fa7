using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.SignIn;
using Moi.Identity.Idp.Storage;

namespace Moi.Identity.Idp.Features.InAppBrowsers;

/// <summary>What an agency asked for, on its way from one browser to another.</summary>
internal sealed record Resumption(SignInTransaction Transaction);

[JsonSerializable(typeof(Resumption))]
internal sealed partial class ResumptionJson : JsonSerializerContext;

/// <summary>
/// One-time addresses, good for five minutes, under which another browser takes over a journey that has only just
/// begun.
/// </summary>
/// <remarks>
/// SECURITY: nothing of the first browser comes along, neither a session nor an answer. Whoever holds the address can
/// do what a link to the agency's sign-in lets anybody do: sign in with a passkey of their own.
/// </remarks>
internal sealed class Resumptions(
    Records<Resumption> records, SignInTransactions transactions, IOptions<IdpOptions> options)
{
    internal const string Path = "/resume";

    internal static readonly RecordKind<Resumption> Kind =
        new("resumption", TimeSpan.FromMinutes(5), ResumptionJson.Default.Resumption);

    /// <summary>The address to open elsewhere: a one-time one when a journey can be taken along, else the page itself.</summary>
    internal async ValueTask<string> AddressAsync(HttpContext http, CancellationToken ct)
    {
        var origin = options.Value.BrowserOrigin;
        var request = http.Request;
        if (request.Path == "/connect/authorize")
        {
            return origin + request.Path + request.QueryString;
        }

        if (request.Path == "/device")
        {
            return QueryHelpers.AddQueryString(
                origin + request.Path, request.Query.Where(field => field.Key == Devices.IndexModel.CodeField));
        }

        var found = await transactions.FindAsync(http, request.Query[SignInTransactions.Parameter], ct);
        return found is { Value: { Outcome: null, Consent: null, Requirement.CitizenId: null } journey }
            ? $"{origin}{Path}?handle={await records.AddAsync(new Resumption(journey), ct)}"
            : origin + request.Path;
    }

    internal async ValueTask<SignInTransaction?> TakeAsync(string? handle, CancellationToken ct)
        => (await records.TakeAsync(handle, ct))?.Transaction;
}
