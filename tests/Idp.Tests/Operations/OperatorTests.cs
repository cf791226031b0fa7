using Moi.Identity.Testing;

namespace Moi.Identity.Idp.Tests.Operations;

/// <summary>Accounting of what is done at the console: the event says who did it.</summary>
public sealed class OperatorTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("wang")]
    public async Task What_a_command_did_says_who_ran_it(string? before)
    {
        await using var idp = new IdpProcess([new("SUDO_USER", before)]);

        await idp.RunAsync("migrate");
        var (exitCode, output) = await idp.RunAsync("administrators", "invite");

        exitCode.ShouldBe(0, output);
        var invited = (await AuditTrail.ReadAsync(idp.DataPath, "administrator.invited")).ShouldHaveSingleItem();
        var who = before is null ? Environment.UserName : $"{before} (as {Environment.UserName})";
        ((string?)invited["operator"]).ShouldBe($"{who} at {Environment.MachineName}");
    }
}
