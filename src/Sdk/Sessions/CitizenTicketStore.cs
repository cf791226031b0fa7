using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Moi.Identity.Sessions;

/// <summary>
/// Server-side sessions. The browser holds a random key inside an encrypted cookie; the store holds the key's hash and the encrypted
/// ticket, bound to each other, so a reader of the store can neither use, read nor exchange sessions.
/// </summary>
internal sealed class CitizenTicketStore(
    ISessionRecords records, IDataProtectionProvider protection, IOptions<MoiIdentityOptions> options, TimeProvider time) : ITicketStore
{
    /// <summary>When the ID token of this sign-in was issued, in Unix seconds.</summary>
    internal const string IssuedItem = "moi.iat";

    /// <summary>A random name of one sign-in.</summary>
    internal const string SignInItem = "moi.sign-in";

    private readonly IDataProtector _protector = protection.CreateProtector("Moi.Identity.Sessions.v1");

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var key = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        var subject = ticket.Principal.FindFirstValue("sub")
            ?? throw new InvalidOperationException("A session of the MoiIdentity scheme belongs to a citizen: the sub claim is missing.");
        var sid = ticket.Principal.FindFirstValue("sid");
        var id = IdOf(key);
        var expires = ticket.Properties.ExpiresUtc ?? time.GetUtcNow() + options.Value.SessionLifetime;

        // The session is written first and the marks are read second; a logout does it the other way round.
        // Whichever order they fall in, one of the two sees the other.
        await records.AddAsync(new SessionRecord(id, Protect(id, ticket), sid, subject, expires), CancellationToken.None).ConfigureAwait(false);
        if (await IsSignedOutAsync(ticket, sid, subject).ConfigureAwait(false))
        {
            await records.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
            throw new SignedOutMeanwhileException();
        }

        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(ticket);

        // SECURITY: the cookie handler renews instead of storing when the browser already has a session, which would let someone
        // who planted their own cookie share the session of the citizen who signs in next. One key, one sign-in.
        var current = await RetrieveAsync(key).ConfigureAwait(false);
        if (current is null || SignIn(current) is not { } name || SignIn(ticket) != name)
        {
            throw new InvalidOperationException("A session is never handed over to another sign-in.");
        }

        var id = IdOf(key);
        await records.ReplaceAsync(id, Protect(id, ticket), CancellationToken.None).ConfigureAwait(false);
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var id = IdOf(key);
        return await records.FindAsync(id, CancellationToken.None).ConfigureAwait(false) is { } data ? Unprotect(id, data) : null;
    }

    public Task RemoveAsync(string key) => records.RemoveAsync(IdOf(key), CancellationToken.None);

    private async Task<bool> IsSignedOutAsync(AuthenticationTicket ticket, string? sid, string subject)
    {
        var issued = ticket.Properties.Items.TryGetValue(IssuedItem, out var text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : DateTimeOffset.MinValue;
        return issued <= await records.SignedOutAtAsync(SessionIndex.Subject, subject, CancellationToken.None).ConfigureAwait(false)
            || (sid is not null
                && issued <= await records.SignedOutAtAsync(SessionIndex.Sid, sid, CancellationToken.None).ConfigureAwait(false));
    }

    private static string? SignIn(AuthenticationTicket ticket) =>
        ticket.Properties.Items.TryGetValue(SignInItem, out var name) ? name : null;

    private byte[] Protect(string id, AuthenticationTicket ticket) =>
        _protector.Protect([.. Encoding.ASCII.GetBytes(id), .. TicketSerializer.Default.Serialize(ticket)]);

    private AuthenticationTicket? Unprotect(string id, byte[] data)
    {
        try
        {
            var plain = _protector.Unprotect(data);
            return plain.AsSpan().StartsWith(Encoding.ASCII.GetBytes(id))
                ? TicketSerializer.Default.Deserialize(plain[id.Length..])
                : null;
        }
        catch (CryptographicException)
        {
            // Altered, or made with keys that this instance does not have: no session.
            return null;
        }
    }

    internal static string IdOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <summary>The provider signed the citizen out while their sign-in was still on its way to us; the sign-out wins.</summary>
internal sealed class SignedOutMeanwhileException() : Exception("The citizen was signed out while the sign-in was in flight.");
