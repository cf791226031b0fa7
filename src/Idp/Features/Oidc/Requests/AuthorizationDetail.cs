using System.Text.Json.Nodes;
using Moi.Identity.Idp.Features.Clients;

namespace Moi.Identity.Idp.Features.Oidc.Requests;

/// <summary>RFC 9396 §2: one element of <c>authorization_details</c>, checked against its registered type.</summary>
/// <param name="Resource">Who understands it: the audience of the token.</param>
/// <param name="Type">What it may hold and how it reads.</param>
/// <param name="Members">As the client wrote it.</param>
internal sealed record AuthorizationDetail(ProtectedResource Resource, AuthorizationDetailType Type, JsonObject Members);
