using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Moi.Identity.Idp.Storage;

internal static class StorageFeature
{
    /// <summary>Adds the store for what may expire: Redis beside PostgreSQL, an SQLite file otherwise.</summary>
    internal static IServiceCollection AddIdpStorage(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(IdpOptions.Section).Get<IdpOptions>() ?? new IdpOptions();
        if (options.Storage.Provider == StorageProvider.Postgres)
        {
            services.AddSingleton<IConnectionMultiplexer>(_ =>
            {
                // What the operator's own string says counts, as with PostgreSQL.
                var redis = ConfigurationOptions.Parse("asyncTimeout=2000,syncTimeout=2000," + configuration.GetConnectionString("Redis"));
                redis.AbortOnConnectFail = false;
                redis.ClientName = "moi-identity";
                redis.BacklogPolicy = BacklogPolicy.FailFast;
                redis.ReconnectRetryPolicy = new LinearRetry(500);
                return ConnectionMultiplexer.Connect(redis);
            });
            services.AddSingleton<IShortLivedStore, RedisShortLivedStore>();
            services.AddSingleton<ISharedCounters, RedisCounters>();
        }
        else
        {
            services.AddSingleton<IShortLivedStore>(sp => new SqliteShortLivedStore(
                Path.Combine(Path.GetFullPath(sp.GetRequiredService<IOptions<IdpOptions>>().Value.DataPath), "short-lived.db"),
                sp.GetRequiredService<TimeProvider>(),
                sp.GetRequiredService<ILogger<SqliteShortLivedStore>>()));
        }

        return services;
    }

    /// <summary>Adds a kind of record; inject <see cref="Records{T}"/>.</summary>
    internal static IServiceCollection AddRecords<T>(this IServiceCollection services, RecordKind<T> kind)
        where T : class
    {
        services.AddSingleton(kind);
        services.AddSingleton<Records<T>>();
        return services;
    }
}
