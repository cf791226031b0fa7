using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Moi.Identity.SignIn;

namespace Moi.Identity.BackChannel;

/// <summary>OpenID Connect Discovery 1.0 §4: the provider's document and keys, fetched by one request at a time and never used when too old.</summary>
/// <remarks>
/// <para>
/// SECURITY: the platform's <c>ConfigurationManager</c> gives what it has at once, however old, and fetches behind the caller's back. After a
/// night without calls, or while somebody keeps the provider out of reach, a key that was withdrawn because it was stolen would open the door.
/// </para>
/// <list type="table">
/// <listheader><term>age of what is held</term><description>what a caller gets</description></listheader>
/// <item><term>below <see cref="Fresh"/></term><description>it, at once</description></item>
/// <item><term>older, the provider answers</term><description>what was fetched; everybody waits for the same fetch</description></item>
/// <item><term>older, the fetch fails</term><description>what is held, and a warning (MOI032) in the log; no other fetch for <see cref="Pause"/></description></item>
/// <item><term><see cref="Oldest"/> or more, the fetch fails</term><description><see cref="DiscoveryFailedException"/>; no other fetch for <see cref="Pause"/></description></item>
/// <item><term>nothing is held, the fetch fails</term><description><see cref="DiscoveryFailedException"/>; the next caller tries again</description></item>
/// </list>
/// <para>
/// An age counts from when its fetch began. For a key that a token names and nobody knows <see cref="ValidateAsync"/> fetches at once, at most
/// once in <see cref="Pause"/>: after an emergency rotation the first token of the new key is accepted. Only who brought the token waits for
/// that, or a forged one could hold everybody up while the provider is slow.
/// </para>
/// </remarks>
internal sealed partial class Discovery : IConfigurationManager<OpenIdConnectConfiguration>
{
    /// <summary>How long what is held is used without looking: 5 minutes, for which the provider lets its keys be cached.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>How old what is held may become while the provider is away: 1 hour.</summary>
    /// <remarks>
    /// The provider makes no access token that lives longer. After an hour nothing that it signed before it went away is good any more; older
    /// keys would serve nobody but a thief of one. Shorter, and a restart or a broken line of the provider stops every API.
    /// </remarks>
    internal static readonly TimeSpan Oldest = TimeSpan.FromHours(1);

    /// <summary>How long after a fetch that failed, and between two fetches for unknown keys: 1 minute.</summary>
    /// <remarks>So a provider that does not answer is not hammered, and delays the calls of a moment in each minute, not all.</remarks>
    internal static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly string _authority;
    private readonly string _address;
    private readonly HttpDocumentRetriever _documents;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private volatile Fetched? _held;
    private volatile Failed? _failed;
    private Task _fetch = Task.CompletedTask;
    private DateTimeOffset? _requested;

    /// <param name="authority">The provider's address, which must be its issuer.</param>
    /// <param name="allowHttp">Whether plain <c>http</c> to another machine is allowed.</param>
    /// <param name="http">Its timeout bounds each request of a fetch.</param>
    /// <param name="time">Tells the age of what is held.</param>
    /// <param name="logger">Told when a fetch fails and older keys are used.</param>
    internal Discovery(string authority, bool allowHttp, HttpClient http, TimeProvider time, ILogger<Discovery> logger)
    {
        _authority = authority;
        _address = authority.TrimEnd('/') + "/.well-known/openid-configuration";
        _documents = new HttpDocumentRetriever(http) { RequireHttps = RequiresHttps(authority, allowHttp) };
        _time = time;
        _logger = logger;
    }

    /// <summary>The document and keys, no older than the table above allows.</summary>
    /// <param name="cancel">Ends the caller's waiting; the fetch goes on for the others.</param>
    /// <returns>What is held, or what was just fetched.</returns>
    /// <exception cref="DiscoveryFailedException">MOI032: nothing young enough is held, and the fetch failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        if (!IsFresh)
        {
            await FetchWhereDue().WaitAsync(cancel).ConfigureAwait(false);
        }

        return _held is { } held && Since(held.At) < Oldest
            ? held.Configuration
            : throw new DiscoveryFailedException(_address, _held?.At, _failed?.Why);
    }

    /// <summary>Validates a token with the provider's keys and, when none of them is the one that it names, once more with newer ones.</summary>
    /// <param name="reader">Does the validation.</param>
    /// <param name="token">A JWT.</param>
    /// <param name="rules">Everything but issuer and keys, which are the provider's.</param>
    /// <param name="cancel">Ends the caller's waiting.</param>
    /// <exception cref="DiscoveryFailedException">MOI032: nothing young enough is held, and the fetch failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/>.</exception>
    internal async Task<TokenValidationResult> ValidateAsync(
        JsonWebTokenHandler reader, string token, TokenValidationParameters rules, CancellationToken cancel)
    {
        var result = await ValidateOnceAsync().ConfigureAwait(false);
        if (result.Exception is not SecurityTokenSignatureKeyNotFoundException)
        {
            return result;
        }

        await FetchForUnknownKey().WaitAsync(cancel).ConfigureAwait(false);
        return await ValidateOnceAsync().ConfigureAwait(false);

        async Task<TokenValidationResult> ValidateOnceAsync()
        {
            var provider = await GetConfigurationAsync(cancel).ConfigureAwait(false);
            var parameters = rules.Clone();
            parameters.ValidIssuer = provider.Issuer;
            parameters.IssuerSigningKeys = provider.SigningKeys;
            return await reader.ValidateTokenAsync(token, parameters).ConfigureAwait(false);
        }
    }

    /// <summary>Asked by the platform's handler after a key was not found, when <see cref="ValidateAsync"/> has already looked for it.</summary>
    public void RequestRefresh() => _ = FetchForUnknownKey();

    internal static bool RequiresHttps(string authority, bool allowHttp) => !allowHttp && !Loopback.IsLoopbackName(new Uri(authority));

    private bool IsFresh => _held is { } held && Since(held.At) < Fresh;

    private bool HasJustFailed => _failed is { } failed && Since(failed.At) < Pause;

    /// <summary>The fetch that is on its way or, where one is due, a new one; it never fails.</summary>
    private Task FetchWhereDue()
    {
        lock (_gate)
        {
            // Looked at again: somebody else's fetch may just have ended. With nothing at hand there is nothing to lose by trying.
            if (_fetch.IsCompleted && !IsFresh && (_held is null || !HasJustFailed))
            {
                _fetch = Task.Run(FetchAsync);
            }

            return _fetch;
        }
    }

    /// <summary>The fetch that is on its way or, at most once in <see cref="Pause"/>, a new one; it never fails.</summary>
    private Task FetchForUnknownKey()
    {
        lock (_gate)
        {
            if (_fetch.IsCompleted && !HasJustFailed && !(_requested is { } before && Since(before) < Pause))
            {
                _requested = _time.GetUtcNow();
                _fetch = Task.Run(FetchAsync);
            }

            return _fetch;
        }
    }

    private async Task FetchAsync()
    {
        var began = _time.GetUtcNow();
        try
        {
            var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(_address, _documents, CancellationToken.None).ConfigureAwait(false);
            IssuerIsTheAuthority.Require(configuration, _authority);
            _held = new(configuration, began);
            _failed = null;
        }
        catch (Exception failure)
        {
            // From its end: a timeout is no part of the pause.
            _failed = new(failure, _time.GetUtcNow());
            if (_held is { } held && Since(held.At) < Oldest)
            {
                LogNotFetched(_logger, failure, _address, held.At, held.At + Oldest);
            }
        }
    }

    /// <summary>Where the clock was put back, as old as the difference: what is held must not become younger than new by it.</summary>
    private TimeSpan Since(DateTimeOffset moment) => (_time.GetUtcNow() - moment).Duration();

    private sealed record Fetched(OpenIdConnectConfiguration Configuration, DateTimeOffset At);

    private sealed record Failed(Exception Why, DateTimeOffset At);

    [LoggerMessage(EventId = 5601, Level = LogLevel.Warning,
        Message = "MOI032: {Address} or the keys that it names cannot be fetched; those of {Fetched:u} are used until {Until:u}. Look at Authority and at the provider.")]
    private static partial void LogNotFetched(ILogger logger, Exception failure, string address, DateTimeOffset fetched, DateTimeOffset until);
}
