using Moi.Identity.Testing;

[assembly: AssemblyFixture(typeof(Moi.Identity.Browser.Tests.Site))]

namespace Moi.Identity.Browser.Tests;

/// <summary>The running identity provider, as processes and on free ports, for all tests of this project.</summary>
public sealed class Site : IAsyncLifetime
{
    private IdpProcess _idp = null!;

    /// <summary>The identity provider's origin.</summary>
    public string Idp => _idp.Origin;

    public async ValueTask InitializeAsync() => _idp = await IdpProcess.StartAsync();

    public ValueTask DisposeAsync() => _idp.DisposeAsync();
}
