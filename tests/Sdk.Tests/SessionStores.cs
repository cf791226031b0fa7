using Moi.Identity.Testing;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Moi.Identity.Sdk.Tests;

/// <summary>The two stores, on which the same tests run.</summary>
internal static class SessionStores
{
    /// <summary>
    /// A store for one application: all of them have the same client id and the same subjects, and where one is signed out by the
    /// back channel, another's sign-in of the same second is refused.
    /// </summary>
    internal static (string, string)[] Settings(string store, RedisServer redis) =>
        store == "Redis" ? [("SessionStore", "Redis"), ("Redis", redis.NewInstallation())] : [];
}
