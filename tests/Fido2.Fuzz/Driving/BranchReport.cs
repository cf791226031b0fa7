using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using SharpFuzz.Common;

namespace Moi.Identity.Fido2.Fuzz.Driving;

/// <summary>What the corpus of each target reaches: the branches of its parsers, counted one by one.</summary>
/// <remarks>The map of a search tells pairs of branches apart and knows of no total. Here SharpFuzz calls back at every
/// branch, which is too slow for a search, and the numbers of all branches are read from the rewritten code.</remarks>
internal static class BranchReport
{
    private const string CallBackSwitch = "SHARPFUZZ_ENABLE_ON_BRANCH_CALLBACK";
    private const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const byte LoadStaticField = 0x7E;
    private const byte LoadConstant = 0x20;

    internal static string[] Make(string work)
    {
        Environment.SetEnvironmentVariable(CallBackSwitch, "yes");
        return new InstrumentedEngine().Call(nameof(Session.Branches), work);
    }

    /// <summary>A row for the table, and the methods that have branches which no input reached.</summary>
    internal static (string Row, IEnumerable<string> Missing) Of(FuzzTarget target, WorkFolder folder)
    {
        var reached = new HashSet<int>();
        Trace.OnBranch = (branch, _) => reached.Add(branch);
        _ = new EdgeMap();
        foreach (var input in Session.Inputs(target).Concat(folder.Corpus()))
        {
            Finding.Of(target, input);
        }

        Trace.OnBranch = null;
        var all = target.Parsers.SelectMany(Branches).DistinctBy(branch => branch.Number).ToArray();
        var statistics = folder.Statistics();
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {target.Name} | {statistics.Corpus} | {statistics.Executions:N0} | {statistics.Edges} | {all.Count(branch => reached.Contains(branch.Number))} of {all.Length} | {statistics.Seconds / 60:F1} | {statistics.ProcessorSeconds / 60:F1} | {folder.FindingCount} |");
        var missing = all.Where(branch => !reached.Contains(branch.Number)).CountBy(branch => branch.Method)
            .Select(method => $"{target.Name}: {method.Key.DeclaringType!.Name}.{method.Key.Name}, {method.Value} branches");
        return (row, missing);
    }

    /// <summary>The branches of a type and of those inside it, without what the compiler writes for records.</summary>
    private static IEnumerable<(MethodBase Method, int Number)> Branches(Type type)
        => type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)).Where(IsWritten).SelectMany(Branches)
            .Concat(type.GetNestedTypes(Everything).SelectMany(Branches));

    /// <summary>Local functions and lambdas are written by somebody too; the compiler gives them names of this kind.</summary>
    private static bool IsWritten(MethodBase method)
        => !method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.Name.Contains("g__", StringComparison.Ordinal) || method.Name.Contains("b__", StringComparison.Ordinal);

    private static IEnumerable<(MethodBase Method, int Number)> Branches(MethodBase method)
    {
        const int Token = 1, Next = 1 + sizeof(int);
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            yield break;
        }

        for (var at = 0; at + (2 * Next) <= code.Length; at++)
        {
            if (code[at] == LoadStaticField && code[at + Next] == LoadConstant && IsCallBack(method, BitConverter.ToInt32(code, at + Token)))
            {
                yield return (method, BitConverter.ToInt32(code, at + Next + Token));
            }
        }
    }

    private static bool IsCallBack(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveField(token) is { Name: nameof(Trace.OnBranch) };
        }
        catch (ArgumentException)
        {
            // The two bytes stood there by chance.
            return false;
        }
    }
}
