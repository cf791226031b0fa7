using Microsoft.AspNetCore.Http;

namespace Moi.Identity.Api;

/// <summary>Why a call was refused: RFC 6750 §3.1 and RFC 9449 §7.1 name the codes, the sentence is about the sender's own call.</summary>
internal sealed record ApiRefusal(string Error, string Description, int Status = StatusCodes.Status401Unauthorized)
{
    internal static ApiRefusal InvalidToken(string description) => new("invalid_token", description);

    internal static ApiRefusal InvalidRequest(string description) => new("invalid_request", description, StatusCodes.Status400BadRequest);

    internal static readonly ApiRefusal Unavailable = new(
        "temporarily_unavailable", "The access token cannot be checked now.", StatusCodes.Status503ServiceUnavailable);
}

internal sealed class ApiRefusedException(ApiRefusal refusal) : Exception(refusal.Error + ": " + refusal.Description)
{
    internal ApiRefusal Refusal { get; } = refusal;
}

/// <summary>The access token that the current request came with, after it was accepted.</summary>
internal sealed record IncomingToken(string Value, string Scheme)
{
    /// <summary>A token is never written anywhere by accident.</summary>
    public override string ToString() => Scheme + " access token";
}
