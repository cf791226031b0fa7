using System.Text.Json;
using Microsoft.Playwright;

namespace Moi.Identity.Browser.Tests.Browsers;

/// <summary>How a virtual authenticator behaves.</summary>
public sealed record AuthenticatorKind
{
    /// <summary>The device's own: face, fingerprint or screen lock; its passkeys are synced.</summary>
    public static readonly AuthenticatorKind Phone = new() { Transport = "internal", IsSynced = true };

    /// <summary>A key on USB with a PIN; its passkeys stay on it.</summary>
    public static readonly AuthenticatorKind SecurityKey = new() { Transport = "usb" };

    public required string Transport { get; init; }

    public bool IsSynced { get; init; }

    /// <summary>Whether the person is verified: false is a wrong finger, or a prompt that was closed.</summary>
    public bool VerifiesUser { get; init; } = true;

    /// <summary>Whether the person answers at all; otherwise the prompt stays open.</summary>
    public bool Answers { get; init; } = true;
}

/// <summary>One page, with the virtual authenticators that belong to it (Chrome DevTools Protocol, WebAuthn domain).</summary>
public sealed class Tab
{
    private readonly ICDPSession _devtools;
    private readonly List<string> _authenticators = [];

    private Tab(IPage page, ICDPSession devtools)
    {
        Page = page;
        _devtools = devtools;
    }

    public IPage Page { get; }

    /// <summary>The large heading: what a citizen sees first.</summary>
    public ILocator Heading => Page.Locator("h1");

    internal static async Task<Tab> OpenAsync(IPage page, bool withPasskeys)
    {
        var devtools = await page.Context.NewCDPSessionAsync(page);
        if (withPasskeys)
        {
            await devtools.SendAsync("WebAuthn.enable");
        }

        return new Tab(page, devtools);
    }

    public async Task<string> AddAuthenticatorAsync(AuthenticatorKind? kind = null)
    {
        kind ??= AuthenticatorKind.Phone;
        var answer = await SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new
            {
                protocol = "ctap2",
                ctap2Version = "ctap2_1",
                transport = kind.Transport,
                hasResidentKey = true,
                hasUserVerification = true,
                isUserVerified = kind.VerifiesUser,
                automaticPresenceSimulation = kind.Answers,
                defaultBackupEligibility = kind.IsSynced,
                defaultBackupState = kind.IsSynced,
            },
        });
        var id = answer.GetProperty("authenticatorId").GetString()!;
        _authenticators.Add(id);
        return id;
    }

    public Task RemoveAuthenticatorAsync(string authenticatorId)
    {
        _authenticators.Remove(authenticatorId);
        return SendAsync("WebAuthn.removeVirtualAuthenticator", new() { ["authenticatorId"] = authenticatorId });
    }

    public async Task RemoveAuthenticatorsAsync()
    {
        foreach (var id in _authenticators.ToArray())
        {
            await RemoveAuthenticatorAsync(id);
        }
    }

    /// <summary>From now on the person is verified, or is not.</summary>
    public Task VerifyUserAsync(string authenticatorId, bool verified)
        => SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = authenticatorId, ["isUserVerified"] = verified });

    public async Task<IReadOnlyList<JsonElement>> PasskeysAsync(string authenticatorId)
    {
        var answer = await SendAsync("WebAuthn.getCredentials", new() { ["authenticatorId"] = authenticatorId });
        return [.. answer.GetProperty("credentials").EnumerateArray()];
    }

    /// <summary>Puts a passkey of another authenticator into this one: a second tab, or a synced second device.</summary>
    public Task AddPasskeyAsync(string authenticatorId, JsonElement passkey)
        => SendAsync("WebAuthn.addCredential", new() { ["authenticatorId"] = authenticatorId, ["credential"] = passkey });

    private async Task<JsonElement> SendAsync(string method, Dictionary<string, object> arguments)
        => await _devtools.SendAsync(method, arguments) ?? default;
}
