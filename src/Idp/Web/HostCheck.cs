using System.Text.Encodings.Web;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// Answers requests for the public origin only, and those of programs for the name that asks for certificates. Everything else gets 421, RFC 9110 §15.5.20, except the health
/// endpoints, which load balancers ask by address.
/// </summary>
/// <remarks>
/// SECURITY: links, the issuer and the RP ID never come from the Host header; refusing foreign names also stops DNS
/// rebinding and cache poisoning before any code reads them.
/// </remarks>
internal sealed partial class HostCheck(
    RequestDelegate next,
    IOptions<IdpOptions> options,
    IStringLocalizerFactory texts,
    HtmlEncoder html,
    ProtocolErrors protocol,
    ILogger<HostCheck> logger)
{
    private readonly Uri _origin = options.Value.Origin;
    private readonly string? _mutualTls = options.Value.MutualTls.Authority;
    private readonly string _address = options.Value.Issuer;

    public Task InvokeAsync(HttpContext context)
    {
        if (IsPublic(context.Request.Host) || IsForCertificates(context.Request) || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return next(context);
        }

        LogRefused(logger, ErrorPage.TraceId(context));
        if (protocol.Answers(context.Request))
        {
            return ProtocolErrors.WriteAsync(context, Problems.WrongHost);
        }

        var text = texts.Create(typeof(Problems));
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        context.Response.ContentType = "text/html; charset=utf-8";

        // No style and no layout: their addresses would be refused on this host as well.
        return context.Response.WriteAsync($"""
            <!doctype html>
            <html lang="{Languages.Current.HtmlTag}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{html.Encode(text["WrongHost.Title"])}</title>
            <h1>{html.Encode(text["WrongHost.Title"])}</h1>
            <p>{html.Encode(text["WrongHost.What"])}</p>
            <p>{html.Encode(text["WrongHost.Next"])} <a href="{html.Encode(_address)}">{html.Encode(_address)}</a></p>
            <p>MOI-SYS-421</p>
            </html>
            """);
    }

    private bool IsPublic(HostString host)
        => string.Equals(host.Host, _origin.IdnHost, StringComparison.OrdinalIgnoreCase)
            && (host.Port ?? (_origin.Scheme == Uri.UriSchemeHttps ? 443 : 80)) == _origin.Port;

    /// <summary>RFC 8705 §5: the second name has what programs call, and no page.</summary>
    private bool IsForCertificates(HttpRequest request)
        => _mutualTls is not null && string.Equals(request.Host.Value, _mutualTls, StringComparison.OrdinalIgnoreCase) && protocol.Answers(request);

    [LoggerMessage(EventId = 9002, Level = LogLevel.Warning,
        Message = "Request refused: its Host header does not name the public origin (trace {TraceId})")]
    private static partial void LogRefused(ILogger logger, string traceId);
}
