using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Fido2;
using Moi.Identity.Idp.Data;
using Moi.Identity.Idp.Features.Metadata;
using Moi.Identity.Idp.Sessions;
using Moi.Identity.Idp.Tests.Hosting;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Metadata;

/// <summary>A server that knows one model of authenticator from metadata of our own, and whose operator checks identities.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    internal static readonly Guid Model = Guid.Parse("7a6f2a55-3f04-4d53-8a7e-2a7f0c6b9a01");

    private readonly SoftMetadataService _service = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("moi-idp-").FullName;
    private long _number;

    internal ModelServer(IReadOnlyDictionary<string, string?> storage)
    {
        var root = Path.Combine(_folder, "root.crt");
        File.WriteAllBytes(root, _service.Root.Der);
        App = new IdpApplication(new Dictionary<string, string?>(storage)
        {
            ["Idp:DataPath"] = _folder,
            ["Idp:Metadata:Root"] = root,
            ["Idp:Metadata:AllowMissingRevocationLists"] = "true",
            ["Idp:Assurance:IdentityProofing"] = "true",
            ["Idp:Administrators:RequireAttestedAuthenticators"] = "true",
        });
    }

    internal IdpApplication App { get; }

    internal CredentialReview Review => App.Services.GetRequiredService<CredentialReview>();

    private SqlDatabase Sql => App.Services.GetRequiredService<SqlDatabase>();

    /// <summary>A security key of the model, with its maker's word.</summary>
    internal static SoftAuthenticator Attested(bool isSynced = false, SoftAttestation attestation = SoftAttestation.PackedBasic)
        => new() { Aaguid = Model, Attestation = attestation, IsSynced = isSynced };

    /// <summary>The next edition of the metadata.</summary>
    internal Task PublishAsync(params string[] statuses)
        => PublishEntriesAsync(SoftMetadataService.Entry(Model, [SoftAttestationAuthority.Default(Model).Root], statuses));

    /// <summary>The next edition of the metadata, in which the model makes attestations of these types.</summary>
    internal Task PublishAsync(string[] attestationTypes, params string[] statuses)
    {
        var entry = SoftMetadataService.Entry(Model, [SoftAttestationAuthority.Default(Model).Root], statuses);
        entry["metadataStatement"]!["attestationTypes"] = new JsonArray([.. attestationTypes.Select(type => (JsonNode)type)]);
        return PublishEntriesAsync(entry);
    }

    /// <summary>The next edition of the metadata, with these entries.</summary>
    internal async Task PublishEntriesAsync(params JsonObject[] entries)
    {
        var blob = _service.Blob(new SoftBlob { Number = ++_number, NextUpdate = "2027-12-01", Entries = entries });
        (await App.Services.GetRequiredService<MetadataImport>().ImportAsync(blob, [], null, CancellationToken.None))
            .Outcome.ShouldBe(MetadataOutcome.Replaced);
    }

    /// <summary>As if another server had stored the next edition a moment ago.</summary>
    internal Task OvertakeAsync() => Sql.ExecuteAsync("UPDATE fido_metadata SET number = number + 1", static _ => { }, CancellationToken.None);

    internal Task ExecuteAsync(string sql) => Sql.ExecuteAsync(sql, static _ => { }, CancellationToken.None);

    internal async Task<long> CountAsync(string rows)
        => (await Sql.ListAsync($"SELECT count(*) FROM {rows}", static _ => { }, row => row.Number(0), CancellationToken.None))[0];

    /// <summary>Somebody with an account, whose identity was checked.</summary>
    internal async Task<CitizenBrowser> CitizenAsync(SoftAuthenticator authenticator, bool isVerified = true, Lies? lies = null)
    {
        var browser = App.Browser(authenticator);
        (await browser.SignUpAsync(lies: lies)).Path.ShouldBe("/sign-up/done");
        if (isVerified)
        {
            await Sql.ExecuteAsync(
                "UPDATE citizens SET identity_level = 1 WHERE id = @citizen",
                p => p.Add("citizen", SessionOf(browser).CitizenId), CancellationToken.None);
        }

        return browser;
    }

    /// <summary>Signs in once more.</summary>
    /// <returns>The level that was reached.</returns>
    internal async Task<string> SignInAsync(CitizenBrowser browser)
    {
        browser.Cookies.Remove("moi-session");
        (await browser.SignInAsync()).Path.ShouldBe("/account");
        return SessionOf(browser).Acr;
    }

    internal Session SessionOf(CitizenBrowser browser)
        => App.Services.GetRequiredService<SessionStore>().FindAsync(browser.Cookies["moi-session"], CancellationToken.None).AsTask().Result!;

    /// <summary>The details of the events about models, the oldest first.</summary>
    internal Task<List<string>> EventsAsync(CitizenBrowser browser)
        => Sql.ListAsync(
            "SELECT details FROM audit_events WHERE name = 'passkey.model_changed' AND citizen_id = @citizen ORDER BY at, id",
            p => p.Add("citizen", SessionOf(browser).CitizenId), row => row.Text(0), CancellationToken.None);

    /// <summary>A device without a browser acts for the citizen, with the passkey of the session.</summary>
    /// <returns>Its grant.</returns>
    internal async Task<Guid> GiveDeviceAsync(CitizenBrowser browser)
    {
        var (session, grant) = (SessionOf(browser), Guid.CreateVersion7(App.Time.GetUtcNow()));
        await Sql.ExecuteAsync(
            """
            INSERT INTO grants (id, citizen_id, credential_id, client_id, sid, subject, scopes, locale, kind, status, created_at, used_at)
            VALUES (@id, @citizen, @credential, 'television', @sid, 'subject', 'openid', 'en', 1, 0, @now, @now)
            """,
            p => p.Add("id", grant).Add("citizen", session.CitizenId).Add("credential", session.CredentialId)
                .Add("sid", grant.ToString("N")).Add("now", App.Time.GetUtcNow()),
            CancellationToken.None);
        return grant;
    }

    internal async Task<int> GrantStatusAsync(Guid grant)
        => (await Sql.ListAsync("SELECT status FROM grants WHERE id = @id", p => p.Add("id", grant), row => row.Integer(0), CancellationToken.None))[0];

    /// <summary>The account demands an attested authenticator from now on.</summary>
    internal Task DemandAttestedAsync(CitizenBrowser browser)
        => Sql.ExecuteAsync(
            "UPDATE citizens SET minimum_authenticator = 2 WHERE id = @citizen", p => p.Add("citizen", SessionOf(browser).CitizenId),
            CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
