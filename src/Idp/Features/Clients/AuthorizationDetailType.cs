namespace Moi.Identity.Idp.Features.Clients;

/// <summary>
/// RFC 9396 §2: one type of <c>authorization_details</c> that a protected resource understands. An agency adds types as
/// data; the fields say what a request may hold and how the consent page reads it out.
/// </summary>
/// <param name="Name">The value of <c>type</c>, unique over all resources.</param>
/// <param name="TextZh">What the citizen agrees to, in Traditional Chinese.</param>
/// <param name="TextEn">The same in English.</param>
/// <param name="Fields">The members beside <c>type</c>. There are no others.</param>
internal sealed record AuthorizationDetailType(
    string Name, string TextZh, string TextEn, IReadOnlyList<AuthorizationDetailField> Fields);

/// <summary>A member of an authorization detail.</summary>
/// <param name="Name">The member.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="TextZh">Its label on the consent page, in Traditional Chinese.</param>
/// <param name="TextEn">The same in English.</param>
/// <param name="IsRequired">Whether a request must have it.</param>
/// <param name="Choices">The values that there are, for the kinds <c>choice</c> and <c>choices</c>.</param>
internal sealed record AuthorizationDetailField(
    string Name, string Kind, string TextZh, string TextEn, bool IsRequired, IReadOnlyList<DetailChoice> Choices)
{
    /// <summary>A line of text of the agency, at most 200 characters.</summary>
    internal const string Text = "text";

    /// <summary>One of the choices.</summary>
    internal const string Choice = "choice";

    /// <summary>An array of one or more of the choices.</summary>
    internal const string ChoiceList = "choices";

    /// <summary>An object of <c>currency</c> (three letters) and <c>amount</c> (a decimal number as a string).</summary>
    internal const string Amount = "amount";

    /// <summary>A day, <c>yyyy-MM-dd</c>.</summary>
    internal const string Date = "date";

    internal static readonly IReadOnlyList<string> Kinds = [Text, Choice, ChoiceList, Amount, Date];

    internal bool HasChoices => Kind is Choice or ChoiceList;
}

/// <summary>A value and what it is called.</summary>
internal sealed record DetailChoice(string Value, string TextZh, string TextEn);
