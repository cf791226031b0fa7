using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Moi.Identity.Idp.Tests.Hosting;

/// <summary>Lets a test say from which address a connection comes; over HTTP in memory there is none.</summary>
internal sealed class Peer : IStartupFilter
{
    internal const string Header = "Test-Peer";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            if (context.Request.Headers[Header] is [{ } address])
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            }

            return following(context);
        });
        next(app);
    };
}
