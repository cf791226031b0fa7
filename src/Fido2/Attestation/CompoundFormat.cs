using System.Text;
using Moi.Identity.Fido2.Data;
using static Moi.Identity.Fido2.WebAuthnException;

namespace Moi.Identity.Fido2.Attestation;

/// <summary>WebAuthn Level 3 §8.9, "Compound Attestation Statement Format".</summary>
internal sealed class CompoundFormat : IAttestationStatementFormat
{
    private const int FewestStatements = 2;
    private const int MostStatements = 8;

    public string Identifier => "compound";

    public AttestationEvidence Verify(AttestationInput input)
    {
        // Syntax: "attStmt: [2* nonCompoundAttStmt]", each a map of fmt and attStmt with "fmt: text .ne "compound"".
        var statements = Parse(input.Statement);

        // 1. "For each subStmt of attStmt, evaluate the verification procedure corresponding to the attestation statement format
        //     identifier subStmt.fmt with verification procedure inputs subStmt, authenticatorData, and clientDataHash. If
        //     validation fails for one or more subStmt, decide the appropriate result based on Relying Party policy."
        var successful = new List<AttestationEvidence>();
        WebAuthnException? first = null;
        foreach (var (fmt, statement) in statements)
        {
            try
            {
                var format = AttestationFormats.Find(fmt);
                Require(format is not null, WebAuthnError.AttestationFormatUnknown, fmt);
                Require(AttestationFormats.IsEnabled(format, input.Policy), WebAuthnError.AttestationFormatDisabled, fmt);
                successful.Add(format.Verify(input with { Statement = statement }) with { Format = fmt });
            }
            catch (WebAuthnException refusal) when (input.Policy.CompoundStatements == CompoundStatements.Any)
            {
                first ??= refusal;
            }
        }

        // 2. "If sufficiently many (as determined by Relying Party policy) items of attStmt verify successfully, return …
        //     values representing any combination of outputs from successful verification procedures." All of them, for each is
        //     assessed by itself, under the strongest: the first that has certificates; else self attestation; else none.
        var strongest = successful.Find(evidence => evidence.TrustPath.Count > 0)
            ?? successful.Find(evidence => evidence.Type == AttestationType.Self)
            ?? successful.FirstOrDefault()
            ?? throw first!;
        return strongest with { Statements = successful };
    }

    private static List<(string Fmt, ReadOnlyMemory<byte> Statement)> Parse(ReadOnlyMemory<byte> encoded)
    {
        var reader = new CborReader(encoded.Span, WebAuthnError.AttestationCbor, canonical: false);
        Require(reader.TryReadArray(out var count) && count is >= FewestStatements and <= MostStatements, WebAuthnError.CompoundMembers);
        var statements = new List<(string, ReadOnlyMemory<byte>)>(count);
        for (var i = 0; i < count; i++)
        {
            statements.Add(ReadStatement(encoded, ref reader));
        }

        return statements;
    }

    private static (string Fmt, ReadOnlyMemory<byte> Statement) ReadStatement(ReadOnlyMemory<byte> encoded, ref CborReader reader)
    {
        string? fmt = null;
        ReadOnlyMemory<byte>? attStmt = null;
        Require(reader.TryReadMap(out var count), WebAuthnError.CompoundMembers, "A statement is not a map.");
        for (var i = 0; i < count; i++)
        {
            Require(reader.TryReadText(out var name), WebAuthnError.CompoundMembers, "A name is not text.");
            if (name.SequenceEqual("fmt"u8))
            {
                Require(reader.TryReadText(out var text), WebAuthnError.CompoundMembers, "fmt");
                fmt = Encoding.UTF8.GetString(text);
            }
            else
            {
                Require(name.SequenceEqual("attStmt"u8), WebAuthnError.CompoundMembers, "An unknown member.");
                var start = reader.Position;
                reader.Skip();
                attStmt = encoded[start..reader.Position];
            }
        }

        Require(fmt is not null && attStmt is not null, WebAuthnError.CompoundMembers, "fmt or attStmt is missing.");
        Require(fmt != "compound", WebAuthnError.CompoundNested);
        return (fmt, attStmt.Value);
    }
}
