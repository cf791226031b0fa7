using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.BackChannel;
using Moi.Identity.Sessions;
using Moi.Identity.SignIn;

namespace Moi.Identity.Tokens;

/// <summary>The access tokens of the citizen who is signed in on the current request.</summary>
/// <remarks>
/// One refresh a session at a time, on all instances together: with rotation a refresh token works once, and the second use of one makes
/// a provider end everything that came of it.
/// </remarks>
internal sealed partial class UserTokens(
    BrowserSession browser, CitizenTicketStore store, ISessionRecords records, TokenEndpoint endpoint, TimeProvider time, ILogger<UserTokens> logger)
    : IDisposable
{
    /// <summary>Longer than what is done under the lock: the session is read, the token asked for, the session read again and written.</summary>
    /// <remarks>The store gives an operation up after 5 seconds, unless its connection string says otherwise.</remarks>
    private static readonly TimeSpan LockedAtMost = TokenEndpoint.Longest + TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>What was renewed within a request, by the ticket that was read at its start. Calls may be made side by side, and the items of a request are not for that.</summary>
    private readonly ConditionalWeakTable<AuthenticationTicket, SessionTokens> _renewed = [];
    private readonly OneAtATime _here = new();

    /// <param name="context">The request that the citizen made.</param>
    /// <param name="purpose">What the token is for.</param>
    /// <param name="refused">The value of a token that the API has just refused.</param>
    /// <param name="ct">Gives up waiting, never a refresh that is under way.</param>
    /// <exception cref="MoiTokenException">There is none.</exception>
    internal async Task<AccessToken> GetAsync(HttpContext? context, TokenPurpose purpose, string? refused, CancellationToken ct)
    {
        if (context is null
            || browser.KeyOf(context) is not { } key
            || await context.AuthenticateAsync(MoiIdentityDefaults.SessionScheme).ConfigureAwait(false) is not { Ticket: { } ticket })
        {
            throw new MoiTokenException(
                MoiTokenFailure.NobodySignedIn, "MOI050: nobody is signed in on this request. Add RequireCitizen() to the endpoint that makes the call.");
        }

        var tokens = _renewed.TryGetValue(ticket, out var newer) ? newer : SessionTokens.Of(ticket.Properties);
        if (tokens.For(purpose) is { } ready && ready.IsGood(time.GetUtcNow(), refused))
        {
            return ready;
        }

        tokens = await RenewAsync(key, purpose, refused, ct).ConfigureAwait(false);
        _renewed.AddOrUpdate(ticket, tokens);
        return tokens.For(purpose)!;
    }

    private async Task<SessionTokens> RenewAsync(string key, TokenPurpose purpose, string? refused, CancellationToken ct)
    {
        // Before the lock: discovery asks for each of its documents up to twice, and a lock that runs out meanwhile lets a second refresh go.
        var address = await endpoint.AddressAsync(ct).ConfigureAwait(false);
        var name = CitizenTicketStore.IdOf(key);
        using var here = await _here.EnterAsync(name, ct).ConfigureAwait(false);
        var owner = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));
        while (!await records.TryLockAsync(name, owner, LockedAtMost, ct).ConfigureAwait(false))
        {
            await Task.Delay(LookAgain, ct).ConfigureAwait(false);
        }

        try
        {
            // Whoever waited finds what the other one has brought.
            var ticket = await store.RetrieveAsync(key).ConfigureAwait(false)
                ?? throw new MoiTokenException(MoiTokenFailure.SignInNeeded, "MOI053: the session ended while the call was made.");
            var tokens = SessionTokens.Of(ticket.Properties);
            if (tokens.For(purpose) is { } ready && ready.IsGood(time.GetUtcNow(), refused))
            {
                return tokens;
            }

            if (tokens.Refresh is not { } refresh)
            {
                throw new MoiTokenException(
                    MoiTokenFailure.SignInNeeded,
                    "MOI053: there is no access token for this and no refresh token to get one with. Add offline_access to MoiIdentity:Scopes; it is needed for every token of a scope or an API, and to stay connected while the session lasts.");
            }

            // Not cancelled with the request: the old refresh token may be spent, and the new one must be kept.
            var (token, next) = await endpoint.RequestAsync(
                address, "refresh_token", purpose.Fields.Append(KeyValuePair.Create("refresh_token", refresh)), CancellationToken.None)
                .ConfigureAwait(false);
            tokens = tokens.With(purpose, token, next);
            tokens.WriteTo(ticket.Properties);
            await store.RenewAsync(key, ticket).ConfigureAwait(false);
            return tokens;
        }
        catch (MoiTokenException refusal) when (refusal is { Failure: MoiTokenFailure.SignInNeeded, Error: not null })
        {
            // The grant is gone: signed out, revoked or expired at the provider. The session here ends with it.
            await store.RemoveAsync(key).ConfigureAwait(false);
            LogEnded(logger);
            throw;
        }
        finally
        {
            await records.UnlockAsync(name, owner, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public void Dispose() => _here.Dispose();

    [LoggerMessage(EventId = 5401, Level = LogLevel.Information, Message = "The provider no longer renews a session; it is ended here too")]
    private static partial void LogEnded(ILogger logger);
}
