using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// The codes of errors that a test causes over HTTP; of a theory without any, those in its argument <c>code</c>. The test fails unless
/// it was answered each of them (<see cref="Refused"/>), so that what stands here can be compared with the catalogue. Seen failing on 2026-11-27,
/// with a code more than a test causes.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CausesAttribute(params string[] codes) : BeforeAfterTestAttribute
{
    private const string Argument = "code";

    /// <summary>Written down for the test that is running.</summary>
    internal static void Caused(string code)
    {
        if (TestContext.Current.Test is { } test)
        {
            Of(test.UniqueID).Add(code);
        }
    }

    /// <summary>What a test method says that it causes.</summary>
    internal IEnumerable<string> Of(MethodInfo method)
        => codes.Length > 0 ? codes : Rows(method).Select(row => (string)row[Position(method)]!);

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var told = codes.Length > 0 ? codes : [(string)test.TestMethodArguments[Position(methodUnderTest)]!];
        if (TestContext.Current.TestState?.Result != TestResult.Failed)
        {
            told.Except(Of(test.UniqueID)).ShouldBeEmpty();
        }
    }

    private static ConcurrentBag<string> Of(string test)
        => (ConcurrentBag<string>)TestContext.Current.KeyValueStorage.GetOrAdd("caused:" + test, _ => new ConcurrentBag<string>())!;

    private static int Position(MethodInfo method) => Array.FindIndex(method.GetParameters(), parameter => parameter.Name == Argument);

    private static IEnumerable<object?[]> Rows(MethodInfo method)
        => method.GetCustomAttributes<MemberDataAttribute>()
            .Select(data => method.DeclaringType!.GetProperty(data.MemberName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!)
            .SelectMany(property => (IEnumerable<ITheoryDataRow>)property.GetValue(null)!).Select(row => row.GetData());
}
