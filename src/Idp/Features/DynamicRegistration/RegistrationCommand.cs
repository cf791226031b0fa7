using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.DynamicRegistration;

/// <summary><c>registration token AGENCY NAME [ENGLISH NAME]</c> and <c>registration revoke AGENCY</c>.</summary>
internal static class RegistrationCommand
{
    private const string Usage = """
        registration token AGENCY NAME [ENGLISH]  prints an initial access token for the developers of an agency
        registration revoke AGENCY                ends all initial access tokens of an agency
        """;

    /// <returns>The exit status: 0 done, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        var tokens = services.GetRequiredService<InitialAccessTokens>();
        switch (arguments)
        {
            case ["token", var agency, var name, .. { Length: <= 1 } english]:
                await DataFeature.PrepareAsync(services, ct);
                var token = await tokens.IssueAsync(new TokenAgency(agency, name, english.FirstOrDefault() ?? name), ct);
                await Console.Out.WriteLineAsync($"{token.Reveal()}  (shown only now; it registers clients of {agency} in the sandbox)");
                return 0;
            case ["revoke", var agency]:
                await DataFeature.PrepareAsync(services, ct);
                await Console.Out.WriteLineAsync($"{await tokens.RevokeAsync(agency, ct)} tokens of {agency} ended");
                return 0;
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }
}
