using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Moi.Identity.Idp.Features.Oidc;
using Moi.Identity.Idp.Features.Oidc.Keys;

namespace Moi.Identity.Idp.Tests.Oidc.Keys;

public sealed class SigningKeyOptionsTests
{
    private static readonly SigningKeyOptionsValidator Validator = new();

    [Fact]
    public void The_defaults_are_accepted() => Validator.Validate(null, new SigningKeyOptions()).Succeeded.ShouldBeTrue();

    [Theory]
    [InlineData("90.00:00:00", "1.00:00:00", "14.00:00:00", "Announce")]
    [InlineData("200.00:00:00", "91.00:00:00", "14.00:00:00", "Announce")]
    [InlineData("90.00:00:00", "14.00:00:00", "1.00:00:00", "Retain")]
    [InlineData("90.00:00:00", "14.00:00:00", "401.00:00:00", "Retain")]
    [InlineData("14.00:00:00", "14.00:00:00", "14.00:00:00", "RotateAfter")]
    [InlineData("401.00:00:00", "14.00:00:00", "14.00:00:00", "RotateAfter")]
    public void Times_that_would_break_agencies_are_refused(string rotateAfter, string announce, string retain, string named)
        => Validate(rotateAfter, announce, retain).ShouldHaveSingleItem().ShouldStartWith("Idp__SigningKeys__" + named + " must be more than");

    [Theory]
    [InlineData("1.00:00:02", "1.00:00:01", "1.00:00:01")]
    [InlineData("400.00:00:00", "90.00:00:00", "400.00:00:00")]
    public void Times_at_the_edge_are_accepted(string rotateAfter, string announce, string retain)
        => Validate(rotateAfter, announce, retain).ShouldBeEmpty();

    [Fact]
    public void All_mistakes_are_told_at_once() => Validate("00:00:00", "00:00:00", "00:00:00").Count.ShouldBe(3);

    [Fact]
    public void A_key_is_kept_longer_than_anything_it_signed_is_of_use()
    {
        var absolute = typeof(SessionOptions).GetProperty(nameof(SessionOptions.Absolute))!.GetCustomAttribute<RangeAttribute>()!;
        SigningKeyOptionsValidator.LongestUse.ShouldBeGreaterThanOrEqualTo(TimeSpan.Parse((string)absolute.Maximum, null));
        SigningKeyOptionsValidator.LongestUse.ShouldBeGreaterThan(Lifetimes.AccessToken + Lifetimes.ClockSkew);
        SigningKeyOptionsValidator.LongestUse.ShouldBeGreaterThan(Lifetimes.IdToken + Lifetimes.ClockSkew);
    }

    private static List<string> Validate(string rotateAfter, string announce, string retain)
        => [.. Validator.Validate(null, new SigningKeyOptions
        {
            RotateAfter = TimeSpan.Parse(rotateAfter, null),
            Announce = TimeSpan.Parse(announce, null),
            Retain = TimeSpan.Parse(retain, null),
        }).Failures ?? []];
}
