using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Moi.Identity.Idp.Web.Limits;

/// <summary>
/// Counts requests by the address they come from, before anything of them is read. A refused request weighs more: somebody
/// who tries things out is stopped earlier than somebody who is busy.
/// </summary>
internal sealed class LimitRequests(RequestDelegate next, RequestLimiter limiter, ProtocolErrors protocol)
{
    private const int WeightOfRefusal = 9;

    private static readonly object NoRefusal = new();

    /// <summary>Metadata and keys: bytes in memory that everybody may fetch.</summary>
    private static readonly string[] Free = ["/.well-known", "/connect/jwks"];

    private static readonly string[] Pages = ["/sign-in", "/sign-up", "/administrators", "/connect", "/device"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (RuleFor(context.Request) is not { } rule || Sender(context) is not { } sender)
        {
            await next(context);
            return;
        }

        if (limiter.Add(rule, sender) is { } wait)
        {
            await RefuseAsync(context, wait);
            return;
        }

        await next(context);
        if (context.Response.StatusCode is 400 or 401 or 403 && !context.Items.ContainsKey(NoRefusal))
        {
            limiter.Add(rule, sender, WeightOfRefusal);
        }
    }

    /// <summary>What looks like a refusal is an ordinary step of a protocol: it weighs what an answer weighs.</summary>
    internal static void IsNoRefusal(HttpContext context) => context.Items[NoRefusal] = NoRefusal;

    /// <summary>429, as a page or as the error that programs understand.</summary>
    internal static Task RefuseAsync(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return context.RequestServices.GetRequiredService<ProtocolErrors>().Answers(context.Request)
            ? ProtocolErrors.WriteAsync(context, Problems.TooMany)
            : ErrorPage.WriteAsync(context, Problems.TooMany);
    }

    /// <summary>
    /// Whom the address stands for. The machine itself is nobody: tests, probes, and a proxy that does not say for whom it
    /// asks, which would otherwise be refused for all of its citizens together.
    /// </summary>
    internal static string? Sender(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(address))
        {
            return null;
        }

        // A subscriber of IPv6 has at least a /64 and may take any address in it.
        var bytes = address.GetAddressBytes();
        return Convert.ToHexString(address.AddressFamily == AddressFamily.InterNetworkV6 ? bytes.AsSpan(0, 8) : bytes);
    }

    private LimitRule? RuleFor(HttpRequest request)
    {
        if (protocol.Answers(request))
        {
            return HttpMethods.IsGet(request.Method) && IsUnder(Free, request) ? null : LimitRule.ProgramsPerAddress;
        }

        return IsUnder(Pages, request) ? LimitRule.PagesPerAddress : null;
    }

    private static bool IsUnder(string[] paths, HttpRequest request)
        => paths.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
}
