using Moi.Identity.Testing;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Moi.Identity.Sdk.Tests;

/// <summary>The two stores, on which the same tests run.</summary>
internal static class SessionStores
{
    internal static (string, string)[] Settings(string store, RedisServer redis) =>
        store == "Redis" ? [("SessionStore", "Redis"), ("Redis", redis.ConnectionString)] : [];
}
