using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Moi.Identity.Sdk.Tests.Fake;
using Moi.Identity.Testing;

namespace Moi.Identity.Sdk.Tests.Real;

/// <summary>The identity provider in this process, on a port of its own, with the clock of the test.</summary>
internal sealed class RealProvider : WebApplicationFactory<Program>
{
    private readonly IdpProcess _place;
    private readonly TimeProvider _time;
    private readonly RecordedLog _log;

    /// <param name="place">Its address and its data; as a process it runs commands only.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where its log goes.</param>
    internal RealProvider(IdpProcess place, TimeProvider time, RecordedLog log)
    {
        (_place, _time, _log) = (place, time, log);
        UseKestrel(place.Port);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("Idp:PublicOrigin", _place.Origin);
        builder.UseSetting("Idp:DataPath", _place.DataPath);
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(_log));
        builder.ConfigureTestServices(services => services.Replace(ServiceDescriptor.Singleton(_time)));
    }
}
