using StackExchange.Redis;

namespace Moi.Identity.Sessions;

/// <summary>One connection for the process, opened at first use, which comes back by itself when Redis does.</summary>
internal sealed class RedisConnection(string connectionString) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ConnectionMultiplexer? _connection;

    internal async Task<IDatabase> GetAsync()
    {
        if (_connection is { } ready)
        {
            return ready.GetDatabase();
        }

        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            var configuration = ConfigurationOptions.Parse(connectionString);
            configuration.AbortOnConnectFail = false;
            configuration.ClientName ??= "Moi.Identity";
            _connection ??= await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
            return _connection.GetDatabase();
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _gate.Dispose();
    }
}
