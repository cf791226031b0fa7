using System.Text.Json;
using Microsoft.Extensions.Localization;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Features.Audit;

namespace Moi.Identity.Idp.Features.Account;

/// <summary>One event as a sentence.</summary>
/// <param name="Id">The event.</param>
/// <param name="At">When.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="Device">Where.</param>
/// <param name="Icon">The icon beside it.</param>
/// <param name="IsWarning">The citizen should look at it.</param>
/// <param name="MayDisown">Somebody did it, so it may have been somebody else.</param>
internal sealed record ActivityLine(
    Guid Id, DateTimeOffset At, string Sentence, string Device, string Icon, bool IsWarning, bool MayDisown);

/// <summary>Says in plain sentences what an audit event means for its citizen.</summary>
internal sealed class ActivityTexts(IConnectedServices services, IStringLocalizer<ActivityModel> texts)
{
    private static readonly HashSet<string> DoneBySomebody =
    [
        "session.started", "session.confirmed", "passkey.registered", "passkey.renamed", "passkey.removed", "passkey.refused",
        "service.entered", "consent.granted", "consent.withdrawn",
    ];

    /// <summary>Whether it makes sense to say "this was not me" of it.</summary>
    internal static bool MayDisown(AuditEvent e) => DoneBySomebody.Contains(e.Name);

    /// <summary>The passkey that the event is about, if it is about one.</summary>
    internal static Guid? CredentialOf(AuditEvent e)
    {
        using var details = JsonDocument.Parse(e.Details);
        return Guid.TryParse(Detail(details, "credential"), out var id) ? id : null;
    }

    internal async Task<ActivityLine> LineAsync(AuditEvent e, Dictionary<Guid, string> passkeys, CancellationToken ct)
    {
        using var details = JsonDocument.Parse(e.Details);
        var passkey = Detail(details, "name")
            ?? (Guid.TryParse(Detail(details, "credential"), out var id) ? passkeys.GetValueOrDefault(id) : null)
            ?? texts["Passkey.Gone"].Value;
        var service = e.ClientId is null ? "" : await services.NameAsync(e.ClientId, ct) ?? e.ClientId;
        var reason = Detail(details, "reason");
        var sentence = texts["Event." + e.Name + (reason is null ? "" : "." + reason), passkey, service];
        if (sentence.ResourceNotFound)
        {
            sentence = texts["Event." + e.Name, passkey, service];
        }

        return new ActivityLine(
            e.Id, e.At, (sentence.ResourceNotFound ? texts["Event.Other"] : sentence).Value, e.Device, Icon(e.Name),
            e.Name == "passkey.refused" || (e.Name == "passkey.model_changed" && reason == nameof(ModelStanding.Compromised)), MayDisown(e));
    }

    private static string? Detail(JsonDocument details, string name)
        => details.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Icon(string name) => name switch
    {
        "passkey.refused" or "activity.disowned" => "warning",
        "passkey.model_changed" => "shield",
        "session.started" or "session.confirmed" => "person",
        "session.ended" => "exit",
        "passkey.removed" => "trash",
        "passkey.renamed" => "pen",
        _ when name.StartsWith("passkey.", StringComparison.Ordinal) => "key",
        "citizen.signed_up" => "check",
        _ => "link",
    };
}
