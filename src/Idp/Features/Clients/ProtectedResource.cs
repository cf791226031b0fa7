namespace Moi.Identity.Idp.Features.Clients;

/// <summary>A scope of a protected resource, in the words of the consent page.</summary>
internal sealed record ResourceScope(string Name, string TextZh, string TextEn);

/// <summary>
/// A protected resource (an API) of an agency: RFC 8707 names it by its identifier, and its access tokens have that as
/// their audience. It is part of the registration of the client that asks about tokens in its name.
/// </summary>
/// <param name="Identifier">An absolute https address without a fragment, compared as a whole string.</param>
/// <param name="Scopes">What can be asked for there. A scope belongs to one resource only.</param>
/// <param name="DetailTypes">RFC 9396: what can be asked for there in detail.</param>
/// <param name="ExchangeClients">Clients that may exchange a token for one of this resource (RFC 8693).</param>
internal sealed record ProtectedResource(
    string Identifier, IReadOnlyList<ResourceScope> Scopes, IReadOnlyList<AuthorizationDetailType> DetailTypes,
    IReadOnlyList<string> ExchangeClients);
