using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Moi.Identity.Sdk.Tests.Fake;

/// <summary>The lines an operator would read.</summary>
internal sealed class RecordedLog : ILoggerProvider, ILogger
{
    internal ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>Warnings and errors, to show beside a failed assertion.</summary>
    internal string Complaints => string.Join('\n', Lines.Where(line => !line.StartsWith("Information", StringComparison.Ordinal)));

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => Lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)}{(exception is null ? "" : " | " + exception)}");

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
