using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.AspNetCore.StaticFiles;

namespace Moi.Identity.Idp.Web;

/// <summary>
/// The styles, scripts and pictures of <c>wwwroot</c>. They travel inside the assembly, so they are there whatever
/// the working directory is, and are kept compressed in memory: together they are smaller than one photograph.
/// </summary>
public sealed class Assets
{
    private const string Root = "/assets/";

    private readonly FrozenDictionary<string, Asset> _files;

    public Assets()
    {
        const string prefix = "wwwroot/";
        var assembly = typeof(Assets).Assembly;
        _files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => Asset.Read(name[prefix.Length..].Replace('\\', '/'), assembly.GetManifestResourceStream(name)!))
            .ToFrozenDictionary(asset => asset.Path);
    }

    /// <summary>The address of a file; it changes with the content, so that browsers may keep the file for good.</summary>
    internal string Address(string path) => $"{Root}{path}?v={_files[path].Version}";

    internal void Map(IEndpointRouteBuilder app)
    {
        app.MapMethods(Root + "{**path}", ["GET", "HEAD"], (string? path, HttpContext context) => Send(path ?? "", context))
            .AllowAnonymous();
        app.MapMethods("/favicon.ico", ["GET", "HEAD"], (HttpContext context) => Send("img/favicon.ico", context))
            .AllowAnonymous();
    }

    private async Task Send(string path, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!_files.TryGetValue(path, out var asset))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        response.Headers.CacheControl = request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.ETag = asset.ETag;
        if (request.Headers.IfNoneMatch == asset.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = asset.Plain;
        if (asset.Compressed is { } compressed)
        {
            response.Headers.Vary = "Accept-Encoding";
            if (request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value == "gzip" && e.Quality is not 0))
            {
                response.Headers.ContentEncoding = "gzip";
                body = compressed;
            }
        }

        response.ContentType = asset.ContentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private sealed record Asset(string Path, string ContentType, string Version, byte[] Plain, byte[]? Compressed)
    {
        private static readonly FileExtensionContentTypeProvider Types = new();

        internal string ETag { get; } = $"\"{Version}\"";

        internal static Asset Read(string path, Stream stream)
        {
            using var memory = new MemoryStream();
            using (stream)
            {
                stream.CopyTo(memory);
            }

            var plain = memory.ToArray();
            var type = Types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
            var isText = type.StartsWith("text/", StringComparison.Ordinal) || type == "image/svg+xml";
            return new Asset(
                path,
                isText ? $"{type}; charset=utf-8" : type,
                Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8)),
                plain,
                isText ? Compress(plain) : null);
        }

        private static byte[] Compress(byte[] plain)
        {
            using var memory = new MemoryStream();
            using (var gzip = new GZipStream(memory, CompressionLevel.SmallestSize))
            {
                gzip.Write(plain);
            }

            return memory.ToArray();
        }
    }
}

/// <summary><c>asset-href</c> and <c>asset-src</c>: a file of <c>wwwroot</c> under its versioned address.</summary>
[HtmlTargetElement("link", Attributes = "asset-href", TagStructure = TagStructure.WithoutEndTag)]
[HtmlTargetElement("script", Attributes = "asset-src")]
[HtmlTargetElement("img", Attributes = "asset-src", TagStructure = TagStructure.WithoutEndTag)]
public sealed class AssetTagHelper(Assets assets) : TagHelper
{
    public string? AssetHref { get; set; }

    public string? AssetSrc { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var (attribute, path) = AssetHref is null ? ("src", AssetSrc!) : ("href", AssetHref);
        output.Attributes.SetAttribute(attribute, assets.Address(path));
    }
}

/// <summary>
/// <c>&lt;moi-icon name="key" /&gt;</c>: a drawing of <c>wwwroot/img/icons.svg</c>. It is decoration; the words beside
/// it say the same.
/// </summary>
[HtmlTargetElement("moi-icon", TagStructure = TagStructure.WithoutEndTag)]
public sealed class IconTagHelper(Assets assets) : TagHelper
{
    public required string Name { get; set; }

    public string? Class { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", Class is null ? "icon" : $"icon {Class}");
        output.Attributes.SetAttribute("aria-hidden", "true");
        output.Attributes.SetAttribute("focusable", "false");
        output.Content.SetHtmlContent($"<use href=\"{assets.Address("img/icons.svg")}#{Name}\"></use>");
    }
}
