using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

/// <summary>Proves that the driver finds what is to be found. It is in no list of targets.</summary>
internal sealed class PlantedTarget : FuzzTarget
{
    internal const string PlantedName = "planted";

    internal override string Name => PlantedName;

    internal override IReadOnlyList<Type> Parsers => [typeof(PlantedFault)];

    internal override int LongestInput => 16;

    internal override bool Run(byte[] input) => PlantedFault.Read(input) != 0;

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds() => [("zeros", new byte[16])];
}
