using System.Buffers.Binary;
using Moi.Identity.Fido2.Data;
using Moi.Identity.Fido2.Fuzz.Seeding;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

internal sealed class AuthenticatorDataTarget : FuzzTarget
{
    internal override string Name => "authenticator-data";

    internal override IReadOnlyList<Type> Parsers => [typeof(AuthenticatorData)];

    internal override IReadOnlyList<byte[]> Words => ["credProtect"u8.ToArray(), "hmac-secret"u8.ToArray(), "minPinLength"u8.ToArray()];

    internal override bool Run(byte[] input)
    {
        AuthenticatorData data;
        try
        {
            data = AuthenticatorData.Parse(input);
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(
                refusal.Error is WebAuthnError.KeyCbor || refusal.Error.ToString().StartsWith("AuthenticatorData", StringComparison.Ordinal)
                    || refusal.Error == WebAuthnError.RequestTooLarge,
                "Authenticator data are refused with a code that is not about them.");
            return false;
        }

        Invariant.Same(Encode(data), input, "The parsed authenticator data are not those that were sent.");
        if (data.Attested is { } attested)
        {
            Invariant.Same(CborOracle.Rewrite(attested.PublicKey, isSorted: true), attested.PublicKey.Span, "A key that is not canonical is accepted.");
        }

        if (!data.Extensions.IsEmpty)
        {
            Invariant.Same(CborOracle.Rewrite(data.Extensions, isSorted: true), data.Extensions.Span, "Extensions that are not canonical are accepted.");
        }

        return true;
    }

    private static byte[] Encode(AuthenticatorData data)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, data.SignCount);
        byte[] encoded = [.. data.RpIdHash, (byte)data.Flags, .. counter];
        if (data.Attested is { } attested)
        {
            var length = attested.CredentialId.Length;
            encoded = [.. encoded, .. attested.Aaguid.ToByteArray(bigEndian: true), (byte)(length >> 8), (byte)length, .. attested.CredentialId.Span, .. attested.PublicKey.Span];
        }

        return [.. encoded, .. data.Extensions.Span];
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        var extensions = Cbor.Map(("credProtect", Cbor.Number(2)), ("hmac-secret", Cbor.Bool(true)));
        yield return ("assertion", SoftCeremonies.Member(SoftCeremonies.Authenticate(), "authenticatorData"));
        yield return ("assertion-extensions", SoftCeremonies.Member(SoftCeremonies.Authenticate(new Lies { AuthenticatorExtensions = extensions }), "authenticatorData"));
        foreach (var algorithm in new[] { -7, -8, -257, -36 })
        {
            yield return ($"registration{algorithm}", SoftCeremonies.Member(SoftCeremonies.Register(SoftAttestation.None, algorithm), "authenticatorData"));
        }

        yield return ("registration-extensions", SoftCeremonies.Member(
            SoftCeremonies.Register(SoftAttestation.None, -7, new Lies { AuthenticatorExtensions = extensions }), "authenticatorData"));
        yield return ("empty-id", SoftCeremonies.Member(SoftCeremonies.Register(SoftAttestation.None, -7, new Lies { CredentialId = [] }), "authenticatorData"));
        yield return ("no-extensions", SoftCeremonies.Member(
            SoftCeremonies.Register(SoftAttestation.None, -7, new Lies { AuthenticatorExtensions = [0xA0] }), "authenticatorData"));
    }
}
