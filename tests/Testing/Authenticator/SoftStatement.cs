using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Moi.Identity.Testing;

/// <summary>What a statement is made of.</summary>
internal sealed record SoftStatementInput(
    SoftCredential Credential, byte[] AuthenticatorData, byte[] ClientData, Guid Aaguid, SoftAttestationAuthority Authority, Lies Lies)
{
    internal byte[] ClientDataHash => SHA256.HashData(ClientData);

    internal byte[] SignedData => [.. AuthenticatorData, .. ClientDataHash];

    /// <summary>Signs as the lies want.</summary>
    internal byte[] Sign(SoftKey key, byte[] data)
    {
        var signature = (Lies.SigningKey ?? key).Sign(data);
        return Lies.Signature?.Invoke(signature) ?? signature;
    }

    /// <summary><c>x5c</c> as the lies want.</summary>
    internal byte[] X5c(params byte[][] certificates) => Cbor.Array([.. (Lies.Certificates ?? certificates).Select(der => Cbor.Bytes(der))]);

    internal byte[] Map(params (string Name, byte[] Value)[] members) => Cbor.Map(Lies.StatementMembers?.Invoke(members) ?? members);
}

/// <summary>The formats with little to them: packed (§8.2), android-key (§8.4), fido-u2f (§8.6), apple (§8.8), compound (§8.9).</summary>
internal static class SoftStatement
{
    /// <summary>The format identifier and the statement.</summary>
    internal static (string Format, byte[] Statement) Make(SoftAttestation attestation, SoftStatementInput input) => attestation switch
    {
        SoftAttestation.PackedSelf => ("packed", PackedSelf(input)),
        SoftAttestation.PackedBasic => ("packed", PackedBasic(input)),
        SoftAttestation.FidoU2f => ("fido-u2f", FidoU2f(input)),
        SoftAttestation.Tpm => ("tpm", SoftTpm.Statement(input)),
        SoftAttestation.AndroidKey => ("android-key", AndroidKey(input)),
        SoftAttestation.SafetyNet => ("android-safetynet", SoftSafetyNet.Statement(input)),
        SoftAttestation.Apple => ("apple", Apple(input)),
        SoftAttestation.Compound => ("compound", Compound(input)),
        _ => ("none", Cbor.Map(Array.Empty<(string, byte[])>())),
    };

    internal static byte[] FidoU2f(SoftStatementInput input)
    {
        var data = input.AuthenticatorData;
        var idLength = (data[53] << 8) | data[54];
        var cose = input.Credential.Key.CoseKey;
        byte[] signed = [0, .. data[..32], .. input.ClientDataHash, .. data[55..(55 + idLength)], 4, .. cose[^67..^35], .. cose[^32..]];
        return input.Map(("sig", Cbor.Bytes(input.Sign(input.Authority.Key, signed))), ("x5c", input.X5c(input.Authority.Certificates[0])));
    }

    internal static byte[] Apple(SoftStatementInput input)
    {
        var lies = input.Lies.Apple ?? new AppleLies();
        var nonce = lies.Nonce ?? SHA256.HashData(input.SignedData);
        var value = Der.Sequence(Der.Tagged(1, Der.OctetString(nonce)));
        value = lies.Extension?.Invoke(value) ?? value;
        X509Extension[] extensions = lies.LeaveOutExtension ? [] : [new X509Extension("1.2.840.113635.100.8.2", value, critical: false)];
        var leaf = input.Authority.Certify(lies.CertifiedKey ?? input.Credential.Key, SoftAttestationAuthority.Name("Soft apple"), extensions);
        return input.Map(("x5c", input.X5c(leaf)));
    }

    internal static byte[] Compound(SoftStatementInput input)
    {
        (string Format, byte[] Statement)[] parts = [.. input.Lies.CompoundFormats.Select(format => Make(format, input))];
        parts = input.Lies.CompoundParts?.Invoke(parts) ?? parts;
        return Cbor.Array([.. parts.Select(part => Cbor.Map(("fmt", Cbor.Text(part.Format)), ("attStmt", part.Statement)))]);
    }

    internal static byte[] PackedSelf(SoftStatementInput input)
        => Cbor.Map(
            ("alg", Cbor.Number(input.Lies.StatementAlgorithm ?? input.Credential.Key.Algorithm)),
            ("sig", Cbor.Bytes(input.Sign(input.Credential.Key, input.SignedData))));

    internal static byte[] PackedBasic(SoftStatementInput input)
        => input.Map(
            ("alg", Cbor.Number(input.Lies.StatementAlgorithm ?? (input.Lies.SigningKey ?? input.Authority.Key).Algorithm)),
            ("sig", Cbor.Bytes(input.Sign(input.Authority.Key, input.SignedData))),
            ("x5c", input.X5c([.. input.Authority.Certificates])));

    internal static byte[] AndroidKey(SoftStatementInput input)
    {
        var lies = input.Lies.AndroidKey ?? new AndroidKeyLies();
        var description = lies.Describe(input.ClientDataHash);
        X509Extension[] extensions = description is null ? [] : [new X509Extension("1.3.6.1.4.1.11129.2.1.17", description, critical: false)];
        var key = lies.CertifiedKey ?? input.Credential.Key;
        var leaf = input.Authority.Certify(key, SoftAttestationAuthority.Name("Android Keystore Key"), extensions);
        return input.Map(
            ("alg", Cbor.Number(input.Lies.StatementAlgorithm ?? key.Algorithm)),
            ("sig", Cbor.Bytes(input.Sign(key, input.SignedData))),
            ("x5c", input.X5c(leaf)));
    }
}
