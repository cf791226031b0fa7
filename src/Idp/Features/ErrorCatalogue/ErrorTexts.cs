namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>Names the texts of the codes: <c>CODE.Title</c>, <c>CODE.Why</c>, <c>CODE.Next</c>.</summary>
internal sealed class ErrorTexts;
