using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Moi.Identity.Idp.Storage;

/// <summary>
/// The embedded store: one SQLite file, so that sessions survive a restart and a second process (a command) sees them.
/// </summary>
/// <remarks>One connection behind one lock: every statement takes microseconds.</remarks>
internal sealed partial class SqliteShortLivedStore : IShortLivedStore, IDisposable
{
    private const string Schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA busy_timeout = 5000;
        CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS entries_expires ON entries (expires);
        CREATE TABLE IF NOT EXISTS members (key TEXT NOT NULL, member TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (key, member)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS members_expires ON members (expires);
        CREATE TABLE IF NOT EXISTS changes (topic TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly ITimer _poll;
    private readonly ITimer _prune;
    private readonly List<(string Topic, Action Changed)> _listeners = [];
    private Dictionary<string, long> _seen = [];
    private long _dataVersion;

    internal SqliteShortLivedStore(string file, TimeProvider time, ILogger<SqliteShortLivedStore>? logger = null)
    {
        _time = time;
        _logger = logger ?? NullLogger<SqliteShortLivedStore>.Instance;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        _connection.Open();
        Execute(Schema);
        _seen = Versions();
        _poll = Every(TimeSpan.FromMilliseconds(250), () => NoticeChanges());
        _prune = Every(TimeSpan.FromMinutes(1), Prune);
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask<bool> TryAddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken ct)
        => new(Execute(
            """
            INSERT INTO entries (key, value, expires) VALUES (@key, @value, @expires)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE entries.expires <= @now
            """,
            ("@key", key), ("@value", value.ToArray()), ("@expires", Expiry(lifetime)), ("@now", Now)) == 1);

    public ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken ct)
    {
        Execute(
            "INSERT OR REPLACE INTO entries (key, value, expires) VALUES (@key, @value, @expires)",
            ("@key", key), ("@value", value.ToArray()), ("@expires", Expiry(lifetime)));
        return ValueTask.CompletedTask;
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
        => new((byte[]?)Scalar(
            "SELECT value FROM entries WHERE key = @key AND expires > @now", ("@key", key), ("@now", Now)));

    public ValueTask<byte[]?> TakeAsync(string key, CancellationToken ct)
        => new((byte[]?)Scalar(
            "DELETE FROM entries WHERE key = @key AND expires > @now RETURNING value", ("@key", key), ("@now", Now)));

    public ValueTask<bool> TryReplaceAsync(
        string key, ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> replacement, TimeSpan? lifetime, CancellationToken ct)
        => new(Execute(
            """
            UPDATE entries SET value = @value, expires = COALESCE(@expires, expires)
            WHERE key = @key AND value = @expected AND expires > @now
            """,
            ("@key", key), ("@value", replacement.ToArray()), ("@expected", expected.ToArray()),
            ("@expires", lifetime is { } value ? Expiry(value) : DBNull.Value), ("@now", Now)) == 1);

    public ValueTask<byte[]?> ExchangeAsync(string key, ReadOnlyMemory<byte> replacement, CancellationToken ct)
    {
        lock (_lock)
        {
            // Another process may exchange at the same time: only who still finds the value has it.
            while (true)
            {
                if (Scalar("SELECT value FROM entries WHERE key = @key AND expires > @now", ("@key", key), ("@now", Now))
                    is not byte[] value)
                {
                    return new((byte[]?)null);
                }

                if (Execute(
                    "UPDATE entries SET value = @new WHERE key = @key AND value = @value AND expires > @now",
                    ("@key", key), ("@new", replacement.ToArray()), ("@value", value), ("@now", Now)) == 1)
                {
                    return new(value);
                }
            }
        }
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken ct)
        => new(Execute("DELETE FROM entries WHERE key = @key", ("@key", key)) == 1);

    public ValueTask AddToSetAsync(string key, string member, TimeSpan lifetime, CancellationToken ct)
    {
        Execute(
            "INSERT OR REPLACE INTO members (key, member, expires) VALUES (@key, @member, @expires)",
            ("@key", key), ("@member", member), ("@expires", Expiry(lifetime)));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<string>> GetSetAsync(string key, CancellationToken ct)
    {
        lock (_lock)
        {
            using var reader = Prepare(
                "SELECT member FROM members WHERE key = @key AND expires > @now", ("@key", key), ("@now", Now)).ExecuteReader();
            var members = new List<string>();
            while (reader.Read())
            {
                members.Add(reader.GetString(0));
            }

            return new(members);
        }
    }

    public ValueTask RemoveFromSetAsync(string key, string member, CancellationToken ct)
    {
        Execute("DELETE FROM members WHERE key = @key AND member = @member", ("@key", key), ("@member", member));
        return ValueTask.CompletedTask;
    }

    public ValueTask PublishChangeAsync(string topic, CancellationToken ct)
    {
        Execute(
            "INSERT INTO changes (topic, version) VALUES (@topic, 1) ON CONFLICT (topic) DO UPDATE SET version = version + 1",
            ("@topic", topic));
        NoticeChanges(force: true);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IDisposable> OnChangeAsync(string topic, Action changed)
    {
        var listener = (topic, changed);
        lock (_lock)
        {
            _listeners.Add(listener);
        }

        return ValueTask.FromResult<IDisposable>(new Subscription(() =>
        {
            lock (_lock)
            {
                _listeners.Remove(listener);
            }
        }));
    }

    /// <summary>A write: a full disk can be read.</summary>
    public ValueTask PingAsync(CancellationToken ct) => SetAsync("health", ReadOnlyMemory<byte>.Empty, Brief, ct);

    public void Dispose()
    {
        _poll.Dispose();
        _prune.Dispose();
        lock (_lock)
        {
            foreach (var command in _commands.Values)
            {
                command.Dispose();
            }

            _commands.Clear();
            _connection.Dispose();
        }
    }

    /// <summary>
    /// Counted from the end of the one before: looks never overlap, and a clock that jumps by hours causes one look instead of
    /// one for each quarter of a second that was missed. A full disk must not end the process: what failed is tried again.
    /// </summary>
    private ITimer Every(TimeSpan interval, Action look)
    {
        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                try
                {
                    look();
                }
#pragma warning disable CA1031 // Whatever it is: what comes out of a timer ends the process.
                catch (Exception e)
                {
                    LogLookFailed(_logger, e);
                }
#pragma warning restore CA1031
                finally
                {
                    timer!.Change(interval, Timeout.InfiniteTimeSpan);
                }
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(interval, Timeout.InfiniteTimeSpan);
        return timer;
    }

    private object Expiry(TimeSpan lifetime) => Now + (long)lifetime.TotalMilliseconds;

    /// <summary>Another process' write changes SQLite's data version; ours is noticed directly.</summary>
    private void NoticeChanges(bool force = false)
    {
        List<Action> due = [];
        lock (_lock)
        {
            if (_connection.State != System.Data.ConnectionState.Open)
            {
                return;
            }

            var version = (long)Scalar("PRAGMA data_version")!;
            if (version == _dataVersion && !force)
            {
                return;
            }

            _dataVersion = version;
            var now = Versions();
            due.AddRange(_listeners
                .Where(l => now.GetValueOrDefault(l.Topic) != _seen.GetValueOrDefault(l.Topic))
                .Select(l => l.Changed));
            _seen = now;
        }

        due.ForEach(changed => changed());
    }

    private Dictionary<string, long> Versions()
    {
        lock (_lock)
        {
            using var reader = Prepare("SELECT topic, version FROM changes").ExecuteReader();
            var versions = new Dictionary<string, long>();
            while (reader.Read())
            {
                versions[reader.GetString(0)] = reader.GetInt64(1);
            }

            return versions;
        }
    }

    private void Prune()
    {
        lock (_lock)
        {
            if (_connection.State == System.Data.ConnectionState.Open)
            {
                Execute("DELETE FROM entries WHERE expires <= @now", ("@now", Now));
                Execute("DELETE FROM members WHERE expires <= @now", ("@now", Now));
            }
        }
    }

    private int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        try
        {
            lock (_lock)
            {
                return Prepare(sql, parameters).ExecuteNonQuery();
            }
        }
        catch (SqliteException e)
        {
            throw new ShortLivedStoreException("The embedded store failed.", e);
        }
    }

    private object? Scalar(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        try
        {
            lock (_lock)
            {
                // RETURNING is complete only when every row was read: ExecuteScalar alone would leave the statement open.
                using var reader = Prepare(sql, parameters).ExecuteReader();
                var value = reader.Read() ? reader.GetValue(0) : null;
                while (reader.Read())
                {
                }

                return value;
            }
        }
        catch (SqliteException e)
        {
            throw new ShortLivedStoreException("The embedded store failed.", e);
        }
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Statements are constants of this file; values travel as parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            _commands[sql] = command;
        }

        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    [LoggerMessage(EventId = 1202, Level = LogLevel.Error, Message = "The embedded store could not be tidied up or looked at; it is tried again")]
    private static partial void LogLookFailed(ILogger logger, Exception exception);
}
