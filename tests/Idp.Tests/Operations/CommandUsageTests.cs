using Moi.Identity.Idp.Tests.Hosting;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Commands that nobody can carry out, in this process. What each command does is tried beside a running server, with its feature.</summary>
public sealed class CommandUsageTests(SqliteIdp idp) : IClassFixture<SqliteIdp>
{
    [Theory]
    [InlineData(64, "frobnicate")]
    [InlineData(64, "migrate now")]
    [InlineData(2, "keys")]
    [InlineData(2, "keys revoke")]
    [InlineData(2, "keys rotate --alg none")]
    [InlineData(2, "keys rotate ES256")]
    [InlineData(2, "clients frobnicate")]
    [InlineData(2, "clients apply no-such-file.json")]
    [InlineData(1, "clients delete nobody")]
    [InlineData(2, "metadata frobnicate")]
    [InlineData(2, "metadata import no-such-file.jwt")]
    [InlineData(2, "citizens suspend nobody")]
    [InlineData(2, "registration token office")]
    [InlineData(2, "notices frobnicate")]
    public async Task A_command_that_cannot_be_done_says_so_by_its_exit_status(int status, string command)
        => (await Commands.RunAsync(idp.App.Services, command.Split(' '))).ShouldBe(status);
}
