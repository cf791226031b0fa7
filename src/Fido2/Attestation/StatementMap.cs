using System.Text;
using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>What may stand in the statement of one format, and what to refuse anything else with.</summary>
internal sealed record StatementSyntax(string[] Members, WebAuthnError MembersError, WebAuthnError CertificatesError)
{
    /// <summary>What <c>ecdaaKeyId</c> is refused with, in formats that once had it.</summary>
    internal WebAuthnError? EcdaaError { get; init; }
}

/// <summary>The members of a statement that is a map. Each has the same type in every format that has it (§8).</summary>
/// <remarks>A member that the format's syntax does not name is refused.</remarks>
internal sealed class StatementMap
{
    private const int MostCertificates = 8;

    private readonly StatementSyntax _syntax;
    private readonly Dictionary<string, byte[]> _bytes = new(StringComparer.Ordinal);
    private long? _algorithm;
    private string? _version;

    private StatementMap(StatementSyntax syntax) => _syntax = syntax;

    /// <summary><c>alg</c></summary>
    internal long Algorithm
    {
        get
        {
            Require(_algorithm is not null, _syntax.MembersError, "alg is missing.");
            return _algorithm.Value;
        }
    }

    /// <summary><c>ver</c></summary>
    internal string Version
    {
        get
        {
            Require(_version is not null, _syntax.MembersError, "ver is missing.");
            return _version;
        }
    }

    /// <summary><c>sig</c></summary>
    internal byte[] Signature => Bytes("sig");

    /// <summary><c>x5c</c>, never empty; null if it is not there.</summary>
    internal IReadOnlyList<byte[]>? Certificates { get; private set; }

    /// <summary><c>x5c</c> of a format that cannot do without.</summary>
    internal IReadOnlyList<byte[]> RequiredCertificates
    {
        get
        {
            Require(Certificates is not null, _syntax.MembersError, "x5c is missing.");
            return Certificates;
        }
    }

    /// <summary>Reads a well-formed statement, or refuses.</summary>
    internal static StatementMap Read(ReadOnlyMemory<byte> statement, StatementSyntax syntax)
    {
        var reader = new CborReader(statement.Span, WebAuthnError.AttestationCbor, canonical: false);
        Require(reader.TryReadMap(out var count), syntax.MembersError, "Not a map.");
        var map = new StatementMap(syntax);
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadText(out var name), syntax.MembersError, "A name is not text.");
            map.ReadMember(Encoding.UTF8.GetString(name), ref reader);
        }

        return map;
    }

    /// <summary>A byte string that must be there.</summary>
    internal byte[] Bytes(string name)
    {
        Require(_bytes.TryGetValue(name, out var value), _syntax.MembersError, "A byte string is missing.");
        return value;
    }

    private void ReadMember(string name, ref CborReader reader)
    {
        Require(_syntax.EcdaaError is null || name != "ecdaaKeyId", _syntax.EcdaaError ?? default);
        Require(_syntax.Members.Contains(name, StringComparer.Ordinal), _syntax.MembersError, "An unknown member.");
        switch (name)
        {
            case "alg":
                Require(reader.TryReadInteger(out var algorithm), _syntax.MembersError, name);
                _algorithm = algorithm;
                break;
            case "ver":
                Require(reader.TryReadText(out var version), _syntax.MembersError, name);
                _version = Encoding.UTF8.GetString(version);
                break;
            case "x5c":
                Certificates = ReadCertificates(ref reader);
                break;
            default:
                Require(reader.TryReadBytes(out var value), _syntax.MembersError, name);
                _bytes.Add(name, value.ToArray());
                break;
        }
    }

    private List<byte[]> ReadCertificates(ref CborReader reader)
    {
        Require(reader.TryReadArray(out var count) && count is > 0 and <= MostCertificates, _syntax.CertificatesError);
        var certificates = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadBytes(out var der), _syntax.CertificatesError);
            certificates.Add(der.ToArray());
        }

        return certificates;
    }
}
