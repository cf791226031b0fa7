using System.Text.Json;
using Microsoft.AspNetCore.Authentication;

namespace Moi.Identity.Tokens;

/// <summary>The tokens of one session, kept inside its encrypted record on the server.</summary>
internal sealed record SessionTokens(string? Refresh, IReadOnlyDictionary<string, AccessToken> Access)
{
    private const string Item = "moi.tokens";

    internal static SessionTokens Of(AuthenticationProperties properties) =>
        properties.Items.TryGetValue(Item, out var json) && json is not null
            ? JsonSerializer.Deserialize<SessionTokens>(json)!
            : new SessionTokens(null, new Dictionary<string, AccessToken>(StringComparer.Ordinal));

    internal AccessToken? For(TokenPurpose purpose) => Access.GetValueOrDefault(purpose.Name);

    /// <summary>RFC 6749 §6: "The authorization server MAY issue a new refresh token, in which case the client MUST discard the old".</summary>
    internal SessionTokens With(TokenPurpose purpose, AccessToken token, string? refresh) => new(
        refresh ?? Refresh, new Dictionary<string, AccessToken>(Access, StringComparer.Ordinal) { [purpose.Name] = token });

    internal void WriteTo(AuthenticationProperties properties) => properties.Items[Item] = JsonSerializer.Serialize(this);

    /// <summary>A token is never written anywhere by accident.</summary>
    public override string ToString() => nameof(SessionTokens);
}
