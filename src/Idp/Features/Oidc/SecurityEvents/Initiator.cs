using System.Text.Json.Nodes;
using Moi.Identity.Idp.Sessions;

namespace Moi.Identity.Idp.Features.Oidc.SecurityEvents;

/// <summary>CAEP §2: <c>initiating_entity</c>, and for what was not the citizen's own doing <c>reason_admin</c>.</summary>
internal static class Initiator
{
    internal static JsonObject OfSessionEnd(SessionEndReason reason) => reason switch
    {
        SessionEndReason.CitizenSuspended => Because("admin", "The account was suspended."),
        SessionEndReason.PasskeyTooWeak => Because("policy", "The model of the authenticator is no longer trusted."),
        SessionEndReason.ClientStopped => Because("admin", "The client was suspended or removed."),
        _ => new JsonObject { ["initiating_entity"] = "user" },
    };

    private static JsonObject Because(string entity, string reason) => new()
    {
        ["initiating_entity"] = entity,
        ["reason_admin"] = new JsonObject { ["en"] = reason },
    };
}
