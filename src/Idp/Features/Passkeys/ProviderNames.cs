using System.Collections.Frozen;

namespace Moi.Identity.Idp.Features.Passkeys;

/// <summary>
/// Who keeps a passkey, by the AAGUID its provider publishes. Facts for showing a name; nothing is decided by them,
/// because an AAGUID without a trusted attestation is only a claim.
/// </summary>
internal static class ProviderNames
{
    private static readonly FrozenDictionary<Guid, string> Names = new Dictionary<Guid, string>
    {
        [new("fbfc3007-154e-4ecc-8c0b-6e020557d7bd")] = "Apple Passwords",
        [new("dd4ec289-e01d-41c9-bb89-70fa845d4bf2")] = "iCloud Keychain",
        [new("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4")] = "Google Password Manager",
        [new("adce0002-35bc-c60a-648b-0b25f1f05503")] = "Chrome (Mac)",
        [new("b5397666-4885-aa6b-cebf-e52262a439a2")] = "Chromium",
        [new("771b48fd-d3d4-4f74-9232-fc157ab0507a")] = "Microsoft Edge (Mac)",
        [new("08987058-cadc-4b81-b6e1-30de50dcbe96")] = "Windows Hello",
        [new("9ddd1817-af5a-4672-a2b9-3e3dd95000a9")] = "Windows Hello",
        [new("6028b017-b1d4-4c02-b4b3-afcdafc96bb2")] = "Windows Hello",
        [new("d3452668-01fd-4c12-926c-83a4204853aa")] = "Microsoft Password Manager",
        [new("53414d53-554e-4700-0000-000000000000")] = "Samsung Pass",
        [new("bada5566-a7aa-401f-bd96-45619a55120d")] = "1Password",
        [new("d548826e-79b4-db40-a3d8-11116f7e8349")] = "Bitwarden",
        [new("531126d6-e717-415c-9320-3d9aa6981239")] = "Dashlane",
        [new("b84e4048-15dc-4dd0-8640-f4f60813c8af")] = "NordPass",
        [new("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6")] = "Keeper",
        [new("b78a0a55-6ef8-d246-a042-ba0f6d55050c")] = "LastPass",
        [new("50726f74-6f6e-5061-7373-50726f746f6e")] = "Proton Pass",
        [new("fdb141b2-5d84-443e-8a35-4698c205a502")] = "KeePassXC",
        [new("eaecdef2-1c31-5634-8639-f1cbd9c00a08")] = "KeePassDX",
        [new("f3809540-7f14-49c1-a8b3-8f813b225541")] = "Enpass",
        [new("b35a26b2-8f6e-4697-ab1d-d44db4da28c6")] = "Zoho Vault",
        [new("de503f9c-21a4-4f76-b4b7-558eb55c6f89")] = "Devolutions",
        [new("a10c6dd9-465e-4226-8198-c7c44b91c555")] = "Kaspersky Password Manager",
        [new("fa37f553-f9b6-4adb-ac53-8bbb57ebdf0d")] = "Norton Password Manager",
        [new("39a5647e-1853-446c-a1f6-a79bae9f5bc7")] = "IDmelon",
    }.ToFrozenDictionary();

    /// <summary>The provider's name, or nothing when we do not know it; the page then uses neutral words.</summary>
    internal static string? Of(Guid aaguid) => Names.GetValueOrDefault(aaguid);
}
