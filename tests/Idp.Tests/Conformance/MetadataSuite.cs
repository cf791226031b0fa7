using System.Text.Json.Nodes;
using Moi.Identity.Testing;
using static Moi.Identity.Idp.Tests.Conformance.Suite;

namespace Moi.Identity.Idp.Tests.Conformance;

/// <summary>BLOBs of the metadata service. Of one that is refused no model is known, and the log says why.</summary>
internal static class MetadataSuite
{
    internal static readonly Suite Service = new(
        "Server-MDS3",
        Ok("P-1", "a model of a valid BLOB", t => t.RegisterAsync(MetadataModels.Authenticator(20))),
        Refused("F-1", "each of the four compromises", "trust.status", async t =>
        {
            var last = await t.RegisterAsync(MetadataModels.Authenticator(21));
            for (var i = 22; i <= 24; i++)
            {
                last.Code.ShouldBe("trust.status");
                last = await t.RegisterAsync(MetadataModels.Authenticator(i));
            }

            return last;
        }),
        OfBadBlob("F-2", "the BLOB's signature does not verify", 25, "signature.jwt refused: Signature"),
        OfBadBlob("F-3", "the BLOB's chain leads to another root", 26, "chain.jwt refused: SignerUntrusted"),
        OfBadBlob("F-4", "the BLOB's authority was revoked", 27, "intermediate.jwt refused: SignerRevoked"),
        OfBadBlob("F-5", "the BLOB's signer was revoked", 28, "leaf.jwt refused: SignerRevoked"));

    private static Case OfBadBlob(string id, string text, int model, string logged)
        => Refused(id, text, "trust.no_anchor", t =>
        {
            var reply = t.RegisterAsync(MetadataModels.Authenticator(model));
            t.Server.App.Log.All.ShouldContain(line => line.Contains(logged, StringComparison.Ordinal));
            return reply;
        });
}

/// <summary>The models of the BLOBs.</summary>
internal static class MetadataModels
{
    private static readonly string[] Compromises =
        ["USER_VERIFICATION_BYPASS", "ATTESTATION_KEY_COMPROMISE", "USER_KEY_REMOTE_COMPROMISE", "USER_KEY_PHYSICAL_COMPROMISE"];

    internal static JsonObject[] Unsigned => [Entry(25)];

    internal static JsonObject[] Unchained => [Entry(26)];

    internal static JsonObject[] Untrusted => [Entry(27)];

    internal static JsonObject[] Revoked => [Entry(28)];

    internal static JsonObject[] Good() => [Entry(20), .. Compromises.Select((status, i) => Entry(21 + i, status))];

    internal static SoftAuthenticator Authenticator(int model) => Models.Basic(model, SoftAttestationAuthority.Default(Models.Aaguid(model)));

    private static JsonObject Entry(int model, string status = "FIDO_CERTIFIED_L1")
        => SoftMetadataService.Entry(Models.Aaguid(model), [SoftAttestationAuthority.Default(Models.Aaguid(model)).Root], status);
}
