namespace Moi.Identity.Testing;

/// <summary>The identity provider as a process of its own, as an operator starts it.</summary>
public sealed class IdpProcess : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _environment;
    private readonly DirectoryInfo? _ownFolder;
    private ChildProcess? _server;

    /// <param name="settings">Environment variables, which win over the defaults: Development, a free port, and an
    /// embedded database in a folder that is removed at the end. <c>ASPNETCORE_ENVIRONMENT=Production</c> or a trusted
    /// proxy gives a server that stands behind a proxy.</param>
    public IdpProcess(IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        // What the person who runs the tests has set for a server of their own must not reach ours.
        _environment = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("Idp__", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(name => name, _ => (string?)null);

        Port = FreePort.Next();
        _environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in settings ?? [])
        {
            _environment[name] = value;
        }

        if (IsBehindProxy)
        {
            _environment["ASPNETCORE_URLS"] = Address;
            _environment.TryAdd("Idp__Proxies__Trusted__0", "127.0.0.1");
        }

        if (_environment.GetValueOrDefault("Idp__PublicOrigin") is null)
        {
            _environment["Idp__PublicOrigin"] = IsProduction ? "https://idp.example" : $"http://idp.localhost:{Port}";
        }

        if (_environment.GetValueOrDefault("Idp__DataPath") is null)
        {
            _ownFolder = Directory.CreateTempSubdirectory("moi-idp-");
            _environment["Idp__DataPath"] = _ownFolder.FullName;
        }
    }

    /// <summary>The free port chosen for this server.</summary>
    public int Port { get; }

    /// <summary>Where the server listens; a proxy is on the same machine.</summary>
    public string Address => IsBehindProxy ? $"http://127.0.0.1:{Port}" : Origin;

    /// <summary>The issuer.</summary>
    public string Origin => _environment["Idp__PublicOrigin"]!;

    /// <summary>Where the embedded data lives.</summary>
    public string DataPath => _environment["Idp__DataPath"]!;

    /// <summary>The process id, for measurements.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>What the server wrote since its last start.</summary>
    public string Log => _server?.Output ?? "";

    private bool IsProduction => _environment["ASPNETCORE_ENVIRONMENT"] is "Production";

    private bool IsBehindProxy => IsProduction || _environment.GetValueOrDefault("Idp__Proxies__Trusted__0") is not null;

    private static string[] Command => ["dotnet", RepositoryRoot.Built("src/Idp", "Moi.Identity.Idp.dll")];

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<IdpProcess> StartAsync(params KeyValuePair<string, string?>[] settings)
    {
        var idp = new IdpProcess(settings);
        try
        {
            await idp.StartAsync();
            return idp;
        }
        catch
        {
            await idp.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, the first time or after a stop, and waits until <c>/health/ready</c> is green.</summary>
    public async Task StartAsync()
    {
        await LaunchAsync();
        using var http = Client();
        await Eventually.TrueAsync(
            async () => _server!.HasExited || (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode,
            "the identity provider is ready");
        if (_server!.HasExited)
        {
            throw new InvalidOperationException($"The identity provider ended with {_server.ExitCode}:\n{Log}");
        }
    }

    /// <summary>Starts it without waiting, for servers that are expected not to become ready.</summary>
    public async Task LaunchAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _server = await ChildProcess.StartAsync(Command, "TERM", _environment);
    }

    /// <summary>Runs a command of the identity provider, such as <c>clients apply FILE</c>, with the same settings.</summary>
    /// <returns>The exit code and what it wrote.</returns>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var command = await ChildProcess.StartAsync([.. Command, .. arguments], "TERM", _environment);
        return (await command.WaitAsync(), command.Output);
    }

    /// <summary>A client whose relative addresses are the server's. It is also the proxy of a server that has one.</summary>
    /// <param name="keepsCookies">Whether it has a cookie jar; a caller that is many browsers keeps their cookies itself.</param>
    public HttpClient Client(bool keepsCookies = true)
    {
        var http = LocalhostHttp.Client(Address, keepsCookies);
        if (IsBehindProxy)
        {
            http.DefaultRequestHeaders.Host = new Uri(Origin).Authority;
            http.DefaultRequestHeaders.Add("X-Forwarded-Proto", new Uri(Origin).Scheme);
        }

        return http;
    }

    /// <summary>Waits until the process ends by itself and returns its exit code.</summary>
    public Task<int> WaitAsync() => _server!.WaitAsync();

    /// <summary>Stops it in order (SIGTERM).</summary>
    public Task<int> StopAsync() => _server!.StopAsync();

    /// <summary>Ends it with <c>kill -9</c>.</summary>
    public Task<int> KillAsync() => _server!.KillAsync();

    /// <summary>Stops it and removes the folder it was given.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _ownFolder?.Delete(recursive: true);
    }
}
