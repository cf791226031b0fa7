using Moi.Identity.Fido2.Attestation;
using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Fuzz.Targets;

internal sealed class AndroidKeyTarget : FuzzTarget
{
    internal override string Name => "android-key-description";

    internal override IReadOnlyList<Type> Parsers => [typeof(AndroidKeyDescription)];

    internal override IReadOnlyList<byte[]> Words =>
        [AndroidKeyLies.Purpose(2), AndroidKeyLies.Purpose(2, 3), AndroidKeyLies.Origin(0), AndroidKeyLies.AllApplications(), Der.Tagged(705, Der.Number(1)), Der.Number(3), Der.Enumerated(1), [0x31, 0x00], [0xBF, 0xFF, 0x7F]];

    internal override int LongestInput => 1024;

    internal override bool Run(byte[] input)
    {
        if (!Accepts(input))
        {
            return false;
        }

        Invariant.IsWhole(input, Accepts);
        return true;
    }

    private static bool Accepts(byte[] der)
    {
        try
        {
            var description = AndroidKeyDescription.Parse(der);

            // Each purpose takes three bytes at least.
            var purposes = description.SoftwareEnforced.Purposes.Count + description.TeeEnforced.Purposes.Count;
            Invariant.Holds(description.AttestationChallenge.Length + (3 * purposes) < der.Length, "More was read than was sent.");
            return true;
        }
        catch (WebAuthnException refusal)
        {
            Invariant.Holds(refusal.Error == WebAuthnError.AndroidKeyDescription, "A key description is refused with another code.");
            return false;
        }
    }

    internal override IEnumerable<(string Name, byte[] Input)> MakeSeeds()
    {
        yield return ("good", Encode(new AndroidKeyLies()));
        yield return ("version-1", Encode(new AndroidKeyLies { Version = 1, Challenge = [1, 2, 3] }));
        yield return ("all-applications", Encode(new AndroidKeyLies { Software = [AndroidKeyLies.AllApplications()] }));
        yield return ("software", Encode(new AndroidKeyLies { Tee = [], Software = [AndroidKeyLies.Purpose(0, 1, 2, 3), AndroidKeyLies.Origin(2)] }));
        yield return ("twice", Encode(new AndroidKeyLies { Tee = [AndroidKeyLies.Origin(0), AndroidKeyLies.Origin(0)] }));
        yield return ("large", Encode(new AndroidKeyLies { Tee = [Der.Tagged(702, Der.Number(long.MaxValue)), Der.Tagged(719, Der.Number(20260101))] }));
    }

    private static byte[] Encode(AndroidKeyLies lies)
    {
        byte[] encoded = [];
        SeedsOf(lies with { Description = made => encoded = made });
        return encoded;
    }

    private static void SeedsOf(AndroidKeyLies lies) => Seeding.SoftCeremonies.Register(SoftAttestation.AndroidKey, -7, new Lies { AndroidKey = lies });
}
