namespace Moi.Identity.Idp.Features.Audit;

/// <summary>Who runs a command: the account and the machine, and behind <c>sudo</c> whose account it was before.</summary>
/// <remarks>As the operating system says. It is no proof against somebody who is root there.</remarks>
internal static class OperatorName
{
    /// <summary>Such as <c>wang (as moi-identity) at id1</c>.</summary>
    internal static string Read()
    {
        var account = Environment.UserName;
        var before = Environment.GetEnvironmentVariable("SUDO_USER");
        var who = string.IsNullOrEmpty(before) || before == account ? account : $"{before} (as {account})";
        return $"{who} at {Environment.MachineName}";
    }
}
