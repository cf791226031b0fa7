using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Moi.Identity.Testing;

namespace Moi.Identity.Peers.Tests.Servers;

/// <summary>
/// A program of tests/Peers, spoken to in lines of JSON. It runs on the Node that Microsoft.Playwright brings along, and it
/// ends when its input does: also when this process is killed.
/// </summary>
internal sealed class NodeProgram : IAsyncDisposable
{
    private readonly Process _node;
    private readonly StringBuilder _errors = new();

    /// <param name="script">The file below tests/Peers.</param>
    /// <param name="trusts">The file of a certificate that it trusts beside the usual ones.</param>
    internal NodeProgram(string script, string? trusts = null)
    {
        var peers = RepositoryRoot.File("tests", "Peers");
        if (!Directory.Exists(Path.Combine(peers, "node_modules")))
        {
            throw new DirectoryNotFoundException("Run npm ci in tests/Peers first.");
        }

        var start = new ProcessStartInfo(RepositoryRoot.Built("tests/Browser.Tests", ".playwright/node/linux-x64/node"), [script])
        {
            WorkingDirectory = peers,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (trusts is not null)
        {
            start.Environment["NODE_EXTRA_CA_CERTS"] = trusts;
        }

        _node = new Process { StartInfo = start };
        _node.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _node.Start();
        _node.BeginErrorReadLine();
    }

    internal async Task WriteAsync(JsonObject message)
    {
        await _node.StandardInput.WriteLineAsync(message.ToJsonString());
        await _node.StandardInput.FlushAsync();
    }

    internal async Task<JsonObject> ReadAsync()
    {
        var line = await _node.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Patience);
        lock (_errors)
        {
            return line is null
                ? throw new InvalidOperationException($"Node ended:\n{_errors}")
                : JsonNode.Parse(line)!.AsObject();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _node.StandardInput.Close();
        await _node.WaitForExitAsync();
        _node.Dispose();
    }
}
