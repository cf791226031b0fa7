namespace Moi.Identity.Fido2.Fuzz;

/// <summary>One parser of the engine, and what must hold whatever it is given.</summary>
internal abstract class FuzzTarget
{
    /// <summary>Its name on the command line, and that of its folder.</summary>
    internal abstract string Name { get; }

    /// <summary>The types of the engine that the target is about; the report counts their branches.</summary>
    internal abstract IReadOnlyList<Type> Parsers { get; }

    /// <summary>Words of the format that a change may put in.</summary>
    internal virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Inputs never grow beyond that many bytes.</summary>
    internal virtual int LongestInput => 4096;

    /// <summary>How many changed inputs a quick test runs: fewer where one takes long.</summary>
    internal virtual int QuickChanges => 2000;

    /// <summary>Good inputs, and inputs that are wrong in one point, made by the soft authenticator.</summary>
    internal abstract IEnumerable<(string Name, byte[] Input)> MakeSeeds();

    /// <summary>Runs the parser once.</summary>
    /// <returns>Whether it accepted the input.</returns>
    /// <exception cref="BrokenInvariantException">What must hold does not.</exception>
    /// <remarks>Any other exception that comes out is a fault of the engine too: refusals, as the parser documents them,
    /// are caught here.</remarks>
    internal abstract bool Run(byte[] input);
}
