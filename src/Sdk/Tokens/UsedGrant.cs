namespace Moi.Identity.Tokens;

/// <summary>A grant type that the application uses beside the sign-in, and the scopes it asks for with it, for <c>/moi/client.json</c>.</summary>
internal sealed record UsedGrant(string GrantType, string Scope);
