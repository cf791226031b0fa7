using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Moi.Identity.Keys;

/// <summary>The keys by which this client authenticates. All are published at <c>/moi/jwks</c>, the last by name signs.</summary>
internal sealed class ClientKeys(
    IOptions<MoiIdentityOptions> options, IHostEnvironment environment, TimeProvider time, ILogger<ClientKeys> logger)
    : PemKeys(Path.GetFullPath(options.Value.Keys, environment.ContentRootPath), time, logger);
