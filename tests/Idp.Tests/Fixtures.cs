using Moi.Identity.Testing;

// One of each for the whole run; every test class takes a database of its own.
[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]
