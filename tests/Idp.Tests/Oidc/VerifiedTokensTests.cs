using System.Security.Claims;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Oidc.Resources;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>How long it is remembered that a token was verified, and for whom.</summary>
public sealed class VerifiedTokensTests
{
    private readonly Newest _newest = new();
    private readonly VerifiedTokens _verified;

    public VerifiedTokensTests() => _verified = new VerifiedTokens(_newest);

    [Fact]
    public void What_is_recalled_is_a_copy()
    {
        Remember("token");

        _verified.Recall(Context("token"))!.AddIdentity(new ClaimsIdentity([new Claim("more", "1")]));

        _verified.Recall(Context("token"))!.FindFirst("more").ShouldBeNull();
        _verified.Recall(Context("token"))!.FindFirst("of")!.Value.ShouldBe("token");
    }

    [Fact]
    public void Another_token_is_not_known() => _verified.Recall(Context("token")).ShouldBeNull();

    [Fact]
    public void New_keys_know_nothing_and_a_request_that_began_with_the_old_ones_teaches_them_nothing()
    {
        Remember("token");
        var late = Context("late");
        _newest.CurrentValue = new OpenIddictServerOptions();

        _verified.Recall(Context("token")).ShouldBeNull();
        _verified.Remember(late);
        _verified.Recall(Context("late")).ShouldBeNull();
        _verified.Recall(late).ShouldBeNull();
    }

    [Fact]
    public void The_number_of_tokens_is_bounded()
    {
        Remember("first");
        for (var i = 1; i < VerifiedTokens.MostOfAGeneration; i++)
        {
            Remember($"one-{i}");
        }

        Remember("two-0");
        _verified.Recall(Context("first")).ShouldNotBeNull("its generation has just made way");

        for (var i = 1; i <= VerifiedTokens.MostOfAGeneration; i++)
        {
            Remember($"two-{i}");
        }

        _verified.Recall(Context("first")).ShouldBeNull();
        _verified.Recall(Context("two-0")).ShouldNotBeNull();
    }

    private void Remember(string token) => _verified.Remember(Context(token));

    private ValidateTokenContext Context(string token)
        => new(new OpenIddictServerTransaction { Options = _newest.CurrentValue })
        {
            Token = token,
            Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim("of", token)])),
        };

    private sealed class Newest : IOptionsMonitor<OpenIddictServerOptions>
    {
        public OpenIddictServerOptions CurrentValue { get; set; } = new();

        public OpenIddictServerOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<OpenIddictServerOptions, string?> listener) => null;
    }
}
