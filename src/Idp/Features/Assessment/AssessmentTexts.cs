namespace Moi.Identity.Idp.Features.Assessment;

/// <summary>Names the texts of the rules: <c>RULE</c> for what it says, <c>RULE.Advice</c> for what to do.</summary>
internal sealed class AssessmentTexts;
