using System.Reflection;
using Moi.Identity.Dpop;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>All refusals of ours, those before any handler included.</summary>
internal static class Refusals
{
    private static readonly Type[] Areas =
    [
        typeof(ClientRefusals), typeof(RegistrationRefusals), typeof(RequestRefusals), typeof(TargetRefusals), typeof(RequestObjectRefusals),
        typeof(GrantRefusals), typeof(ExchangeRefusals), typeof(SenderRefusals),
    ];

    internal static readonly IReadOnlyList<Refusal> All =
    [
        .. Areas.SelectMany(area => area.GetFields(BindingFlags.Static | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(Refusal)).Select(field => (Refusal)field.GetValue(null)!),
        .. Enum.GetValues<DpopError>().Select(SenderRefusals.Of),
        .. ProtocolErrors.Told.Select(problem => (problem.Code, Told: ProtocolErrors.For(problem.Status)))
            .Select(problem => new Refusal(problem.Code, problem.Told.Error, problem.Told.Description)),
    ];
}
