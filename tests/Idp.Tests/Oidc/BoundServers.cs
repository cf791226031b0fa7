using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>The authority of agencies' certificates, in a folder that a server reads.</summary>
internal static class TestAuthority
{
    internal const string SecondName = "mtls.idp.localhost:5080";

    private static readonly SoftCertificate Anchor = SoftCertificate.Root(new SoftCertificateShape { Name = "Agencies root" });

    /// <summary>Issues under the root, as authorities do.</summary>
    internal static SoftCertificate Issuing { get; } = Anchor.Issue(new SoftCertificateShape { Name = "Agencies CA" });

    /// <summary>The settings of a server that trusts it, and that has all levels of assurance.</summary>
    internal static Dictionary<string, string> Settings(IReadOnlyDictionary<string, string> others, DirectoryInfo folder)
    {
        File.WriteAllBytes(Path.Combine(folder.FullName, "root.crt"), Anchor.Der);
        using var issuing = X509CertificateLoader.LoadCertificate(Issuing.Der);
        File.WriteAllText(Path.Combine(folder.FullName, "issuing.pem"), issuing.ExportCertificatePem());
        return new Dictionary<string, string>(others)
        {
            ["Idp:MutualTls:Enabled"] = "true",
            ["Idp:MutualTls:Host"] = SecondName,
            ["Idp:MutualTls:TrustAnchors"] = folder.FullName,
            ["Idp:MutualTls:Revocation"] = "NoCheck",
            ["Idp:Assurance:IdentityProofing"] = "true",
        };
    }
}

/// <summary>Puts on the connection what a test says: the peer's address and its certificate. HTTP in memory has neither.</summary>
internal sealed class TestConnection : IStartupFilter
{
    internal const string Certificate = "Test-Certificate";
    internal const string Peer = "Test-Peer";

    /// <summary>Lets a client show a certificate with every request.</summary>
    internal static Action<HttpRequestMessage> Showing(byte[] certificate)
        => request => request.Headers.Add(Certificate, Convert.ToBase64String(certificate));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            if (context.Request.Headers[Certificate] is [{ } certificate])
            {
                context.Connection.ClientCertificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate));
            }

            if (context.Request.Headers[Peer] is [{ } address])
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            }

            return following(context);
        });
        next(app);
    };
}

/// <summary>The embedded server with mutual TLS.</summary>
public class SqliteBoundServer : SqliteOidcServer
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-anchors-");

    protected override async Task<IReadOnlyDictionary<string, string>> SettingsAsync()
        => TestAuthority.Settings(await base.SettingsAsync(), _folder);

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IStartupFilter, TestConnection>();

    protected override Task CleanAsync()
    {
        _folder.Delete(recursive: true);
        return base.CleanAsync();
    }
}

/// <summary>The same on PostgreSQL and Redis.</summary>
public sealed class PostgresBoundServer(PostgresServer postgres, RedisServer redis) : PostgresOidcServer(postgres, redis)
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("moi-anchors-");

    protected override async Task<IReadOnlyDictionary<string, string>> SettingsAsync()
        => TestAuthority.Settings(await base.SettingsAsync(), _folder);

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IStartupFilter, TestConnection>();

    protected override Task CleanAsync()
    {
        _folder.Delete(recursive: true);
        return base.CleanAsync();
    }
}

/// <summary>The embedded server behind a proxy that ends TLS; proofs need no nonce there.</summary>
public sealed class SqliteProxiedServer : SqliteBoundServer
{
    internal const string Proxy = "10.0.0.5";

    protected override async Task<IReadOnlyDictionary<string, string>> SettingsAsync()
        => new Dictionary<string, string>(await base.SettingsAsync())
        {
            ["Idp:Proxies:Trusted:0"] = Proxy,
            ["Idp:MutualTls:ForwardedHeader"] = "Client-Cert",
            ["Idp:Dpop:RequireNonce"] = "false",
        };
}

/// <inheritdoc cref="OnSqlite"/>
[CollectionDefinition]
public sealed class OnBoundSqlite : ICollectionFixture<SqliteBoundServer>;

/// <inheritdoc cref="OnSqlite"/>
[CollectionDefinition]
public sealed class OnBoundPostgres : ICollectionFixture<PostgresBoundServer>;
