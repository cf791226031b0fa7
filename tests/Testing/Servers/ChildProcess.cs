using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Moi.Identity.Testing;

/// <summary>A program that a test starts, and that never outlives the test process.</summary>
/// <remarks>
/// A shell stands between us and the program and reads from a pipe that only we hold open. When this process ends,
/// even by <c>kill -9</c>, the shell reads the end of the pipe and signals the program. (The kernel's own parent
/// death signal follows the thread that forked, and .NET ends threads as it likes.)
/// </remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    // The program writes its process id first, so that it can be killed without the shell being asked.
    private const string Guardian = """
        exec 3<&0
        sh -c 'echo $$; exec "$@"' sh "$@" </dev/null 3<&- &
        program=$!
        { read -r _ <&3; kill -"$0" $program; } &
        watch=$!
        wait $program; code=$?
        kill $watch 2>/dev/null
        exit $code
        """;

    private readonly Process _shell;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<int> _processId = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessStartInfo start)
    {
        _shell = new Process { StartInfo = start };
        _shell.OutputDataReceived += (_, line) => Received(line.Data, isOutput: true);
        _shell.ErrorDataReceived += (_, line) => Received(line.Data, isOutput: false);
        _shell.Start();

        // Both are drained always: a program whose pipe is full stands still.
        _shell.BeginOutputReadLine();
        _shell.BeginErrorReadLine();
    }

    /// <summary>The program's own process id.</summary>
    public int Id => _processId.Task.Result;

    /// <summary>Everything the program has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Whether the program has ended, whoever ended it.</summary>
    public bool HasExited => _shell.HasExited;

    /// <summary>The exit code of the ended program; 128 + n after signal n.</summary>
    public int ExitCode => _shell.ExitCode;

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="stopSignal">What makes it stop in order. A shell's background programs ignore INT and, unless they
    /// install a handler as PostgreSQL does, QUIT.</param>
    /// <param name="environment">Added to our own environment; a null value removes the variable.</param>
    /// <param name="workingDirectory">Where it starts; here if null.</param>
    public static async Task<ChildProcess> StartAsync(
        IEnumerable<string> command,
        string stopSignal = "TERM",
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var argument in (string[])["-c", Guardian, stopSignal, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(start);
        await child._processId.Task;
        return child;
    }

    /// <summary>Runs a program to its end and returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It did not end with code 0.</exception>
    public static async Task<string> RunAsync(
        IEnumerable<string> command,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? workingDirectory = null)
    {
        var arguments = command.ToArray();
        await using var child = await StartAsync(arguments, "TERM", environment, workingDirectory);
        return await child.WaitAsync() is 0
            ? child.Output
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {child.ExitCode}:\n{child.Output}");
    }

    /// <summary>Waits for the program to end by itself.</summary>
    public async Task<int> WaitAsync()
    {
        await _shell.WaitForExitAsync();
        return _shell.ExitCode;
    }

    /// <summary>Asks the program to stop, and waits until it did.</summary>
    public Task<int> StopAsync()
    {
        _shell.StandardInput.Close();
        return WaitAsync();
    }

    /// <summary>Ends the program with <c>kill -9</c>: it gets no chance to finish anything.</summary>
    public Task<int> KillAsync()
    {
        Signal("KILL");
        return WaitAsync();
    }

    /// <summary>Sends any signal, for instance <c>STOP</c> to freeze it and <c>CONT</c> to let it go on.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", "kill -\"$0\" \"$1\"", signal, Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Stops the program if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_shell.HasExited)
        {
            await StopAsync();
        }

        _shell.Dispose();
    }

    private void Received(string? line, bool isOutput)
    {
        if (line is null)
        {
            if (isOutput)
            {
                _processId.TrySetException(new InvalidOperationException("The program did not start:\n" + Output));
            }
        }
        else if (isOutput && !_processId.Task.IsCompleted)
        {
            _processId.SetResult(int.Parse(line, CultureInfo.InvariantCulture));
        }
        else
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
