using System.Diagnostics.CodeAnalysis;

namespace Moi.Identity.Fido2;

/// <summary>Why a metadata BLOB was refused, for the operator.</summary>
/// <param name="Error">The check that failed.</param>
/// <param name="Detail">One line for the log.</param>
public sealed record MetadataFailure(MetadataError Error, string Detail = "")
{
    /// <inheritdoc/>
    public override string ToString() => Detail.Length == 0 ? Error.ToString() : $"{Error}: {Detail}";
}

/// <summary>The verdict on a metadata BLOB: a snapshot, or a failure.</summary>
public sealed class MetadataReading
{
    internal MetadataReading(MetadataSnapshot snapshot) => Snapshot = snapshot;

    internal MetadataReading(MetadataFailure failure) => Failure = failure;

    /// <summary>Whether the BLOB was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Snapshot))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Snapshot is not null;

    /// <summary>What it says.</summary>
    public MetadataSnapshot? Snapshot { get; }

    /// <summary>Why it was refused.</summary>
    public MetadataFailure? Failure { get; }
}

/// <summary>A failed check of a BLOB. It never leaves the engine.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Made in one place only.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Caught by the engine's public methods.")]
internal sealed class MetadataException(MetadataError error, string detail = "") : Exception(detail)
{
    internal MetadataFailure Failure { get; } = new(error, WebAuthnFailure.Printable(detail));

    internal static void Require([DoesNotReturnIf(false)] bool condition, MetadataError error, string detail = "")
    {
        if (!condition)
        {
            throw new MetadataException(error, detail);
        }
    }
}
