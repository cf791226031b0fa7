namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Codes, device codes, refresh tokens and access tokens, and the grants behind them.</summary>
internal static class GrantRefusals
{
    internal static readonly Refusal Code = new("MOI-TOK-008", "invalid_grant", "The code is unknown, expired, or has been used.");

    internal static readonly Refusal RefreshTokenReused = new("MOI-TOK-009", "invalid_grant", "The refresh token has been used before.");

    internal static readonly Refusal RefreshToken = new("MOI-TOK-010", "invalid_grant", "The refresh token is unknown, expired, or revoked.");

    internal static readonly Refusal OtherClient = new(
        "MOI-TOK-011", "invalid_grant", "The code or refresh token was issued to another client.");

    internal static readonly Refusal OtherDevice = new("MOI-TOK-011", "invalid_grant", "The device code was issued to another client.");

    internal static readonly Refusal Ended = new("MOI-TOK-012", "invalid_grant", "The grant has ended.");

    internal static readonly Refusal LevelTooLow = new(
        "MOI-TOK-012", "invalid_grant", "The citizen signed in below the assurance level that this client demands now.");

    internal static readonly Refusal NotOffline = new(
        "MOI-TOK-012", "invalid_grant", "The registration of this client no longer has the scope offline_access.");

    internal static readonly Refusal ResourceNotGranted = new("MOI-TOK-015", "invalid_target", "A resource that was asked for was not granted.");

    internal static readonly Refusal DetailsNotGranted = new(
        "MOI-TOK-015", "invalid_authorization_details", "authorization_details that were asked for were not granted.");

    internal static readonly Refusal NothingLeft = new(
        "MOI-TOK-015", "invalid_target", "Nothing that was granted is for a resource that exists and was asked for.");

    internal static readonly Refusal AccessToken = new("MOI-TOK-002", "invalid_token", "The access token is no longer valid.");

    /// <summary>Introspection answers <c>active: false</c> instead, which says nothing about why (RFC 7662 §2.2).</summary>
    internal static readonly Refusal NotActive = new("MOI-TOK-002", "invalid_token", "The token is not active.");

    /// <inheritdoc cref="NotActive"/>
    internal static readonly Refusal NotForCaller = new("MOI-TOK-002", "invalid_token", "The token is neither the caller's nor for it.");

    internal static readonly Refusal InAddress = new(
        "MOI-TOK-016", "invalid_request", "An access token in the address is not accepted: send it in the header field Authorization.");

    internal static readonly Refusal SentTwice = new("MOI-TOK-016", "invalid_request", "The access token was sent in more than one way.");

    internal static readonly Refusal Pending = new("MOI-TOK-007", "authorization_pending", "The citizen has not answered yet.");

    internal static readonly Refusal SlowDown = new("MOI-TOK-024", "slow_down", "Wait {0} seconds between two requests.");

    internal static readonly Refusal DeviceCodeExpired = new("MOI-TOK-025", "expired_token", "The device code has expired.");

    internal static readonly Refusal DeviceCode = new("MOI-TOK-025", "invalid_grant", "The device code is unknown, or it has been used.");
}
