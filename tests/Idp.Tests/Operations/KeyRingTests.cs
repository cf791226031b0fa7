using System.Net;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>The key ring through a change of its certificate.</summary>
public sealed class KeyRingTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("moi-data-");
    private readonly KeyRingCertificate _old = new();
    private readonly KeyRingCertificate _new = new();

    [Fact]
    public async Task A_change_of_certificate_loses_nothing()
    {
        await using (await Start(_old))
        {
        }

        // Without the old certificate: red, and the reason names the one that is missing.
        await using (var idp = new IdpProcess(_new.Production(_data.FullName)))
        {
            await idp.LaunchAsync();
            (await Health.UntilAsync(idp, HttpStatusCode.ServiceUnavailable, "key_ring")).ShouldContain(_old.Thumbprint);
        }

        // With it: green, and the keys are rewrapped.
        await using (var idp = await Start(_new, previous: _old))
        {
            var (exitCode, output) = await idp.RunAsync("keyring", "rewrap");
            exitCode.ShouldBe(0, output);
            output.ShouldContain(_new.Thumbprint);
            var rewrapped = (await AuditTrail.ReadAsync(_data.FullName, "keyring.rewrapped")).ShouldHaveSingleItem();
            ((int?)rewrapped["keys"]).ShouldBe(1);
            ((string?)rewrapped["certificate"]).ShouldBe(_new.Thumbprint);
        }

        // Now the new one is enough.
        await using (await Start(_new))
        {
        }
    }

    [Fact]
    public async Task Keys_made_in_Development_do_not_go_to_Production_in_the_clear()
    {
        await using (await IdpProcess.StartAsync(new KeyValuePair<string, string?>("Idp__DataPath", _data.FullName)))
        {
        }

        await using (var idp = new IdpProcess(_new.Production(_data.FullName)))
        {
            await idp.LaunchAsync();
            (await Health.UntilAsync(idp, HttpStatusCode.ServiceUnavailable, "key_ring")).ShouldContain("keyring rewrap");
            (await idp.RunAsync("keyring", "rewrap")).ExitCode.ShouldBe(0);
            await Health.UntilAsync(idp, HttpStatusCode.OK, "key_ring");
        }
    }

    [Fact]
    public async Task Rewrapping_without_the_old_certificate_changes_nothing()
    {
        await using (await Start(_old))
        {
        }

        await using var other = new IdpProcess(_new.Production(_data.FullName));
        var (exitCode, output) = await other.RunAsync("keyring", "rewrap");
        exitCode.ShouldBe(1);
        output.ShouldContain("Nothing was changed");
        (await AuditTrail.ReadAsync(_data.FullName, "keyring.rewrapped")).ShouldBeEmpty();
        await using (await Start(_old))
        {
        }
    }

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
        _data.Delete(recursive: true);
    }

    private Task<IdpProcess> Start(KeyRingCertificate certificate, KeyRingCertificate? previous = null)
    {
        var settings = certificate.Production(_data.FullName);
        settings["Idp__KeyRing__Previous__0__Certificate"] = previous?.Path;
        settings["Idp__KeyRing__Previous__0__PasswordFile"] = previous?.PasswordFile;
        return IdpProcess.StartAsync([.. settings]);
    }
}
