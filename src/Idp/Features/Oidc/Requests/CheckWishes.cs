using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Idp.Features.ErrorCatalogue;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>
/// What an authorization request asks for in particular: where the answer goes, how old the authentication may be, claims,
/// authorization details, and at which resources.
/// </summary>
internal sealed class CheckWishes<TContext>(ClientCatalog clients, Audiences audiences) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    /// <summary>Of <c>max_age</c>: longer than any session lives, and a number of seconds that every type holds.</summary>
    private const int MostDigits = 10;

    public ValueTask HandleAsync(TContext context)
    {
        var request = context.Transaction.Request!;
        if (clients.Find(request.ClientId) is not { } client)
        {
            return ValueTask.CompletedTask;
        }

        // FAPI 2.0 Security Profile §5.3.2.2: "shall require the redirect_uri parameter in pushed authorization requests". The
        // engine lets it be left out where only one is registered and openid is not asked for.
        if (string.IsNullOrEmpty(request.RedirectUri))
        {
            context.Refuse(RequestRefusals.RedirectUri);
            return ValueTask.CompletedTask;
        }

        // SECURITY: the engine takes what is no number for nothing, and nothing demands no touch of a passkey.
        if ((string?)request[OpenIddictConstants.Parameters.MaxAge] is { Length: > 0 } age
            && (age.Length > MostDigits || !age.All(char.IsAsciiDigit)))
        {
            context.Refuse(RequestRefusals.MaxAge);
            return ValueTask.CompletedTask;
        }

        if (ClaimsRequest.Read((string?)request[ClaimsRequest.Parameter]) is null)
        {
            context.Refuse(RequestRefusals.Claims);
            return ValueTask.CompletedTask;
        }

        var (details, mistake) = AuthorizationDetails.Read((string?)request[AuthorizationDetails.Parameter], client, clients);
        if (details is null)
        {
            context.Refuse(mistake!);
            return ValueTask.CompletedTask;
        }

        if (audiences.Mistake(client, request.GetResources(), request.GetScopes(), details) is { } wrong)
        {
            context.Refuse(wrong);
            return ValueTask.CompletedTask;
        }

        if (audiences.Of(request.GetResources(), request.GetScopes(), details).Count == 0)
        {
            context.Refuse(TargetRefusals.Nothing);
        }

        return ValueTask.CompletedTask;
    }
}
