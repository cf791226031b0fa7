using System.Reflection;
using Moi.Identity.Idp.Web;

namespace Moi.Identity.Idp.Features.ErrorCatalogue;

/// <summary>
/// What people are shown on a page of ours, in place of an answer to a program. The page itself says everything; here it is for those
/// who are told its code by telephone. A code that programs get too is explained once, among the <see cref="ErrorCodes"/>.
/// </summary>
internal static class ShownProblems
{
    /// <summary>One problem for each code, in the order of the codes.</summary>
    internal static readonly IReadOnlyList<Problem> All =
    [
        .. typeof(Problem).Assembly.GetTypes().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Where(field => field.FieldType == typeof(Problem)).Select(field => (Problem)field.GetValue(null)!)
            .Where(problem => !ErrorCodes.All.Contains(problem.Code))
            .DistinctBy(problem => problem.Code).OrderBy(problem => problem.Code, StringComparer.Ordinal),
    ];

    internal static Problem? Find(string code) => All.FirstOrDefault(problem => problem.Code == code);
}
