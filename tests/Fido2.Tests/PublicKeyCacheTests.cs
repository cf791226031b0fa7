using Moi.Identity.Testing;

namespace Moi.Identity.Fido2.Tests;

/// <summary>Imported keys are kept, within bounds, for any number of threads.</summary>
public sealed class PublicKeyCacheTests
{
    [Fact(DisplayName = "A key is imported once, and found by its content")]
    public void Finds_by_content()
    {
        using var key = SoftKey.Create(-7);
        var cache = new PublicKeyCache();
        var first = cache.Get(key.CoseKey);
        cache.Get(key.CoseKey.ToArray()).ShouldBeSameAs(first);
        cache.Count.ShouldBe(1);
    }

    [Fact(DisplayName = "A caller may reuse its buffer")]
    public void Copies_what_it_keeps()
    {
        using var key = SoftKey.Create(-8);
        using var other = SoftKey.Create(-8);
        var cache = new PublicKeyCache();
        var buffer = key.CoseKey.ToArray();
        var first = cache.Get(buffer);
        other.CoseKey.CopyTo(buffer, 0);
        cache.Get(buffer).ShouldNotBeSameAs(first);
        cache.Get(key.CoseKey).ShouldBeSameAs(first);
    }

    [Fact(DisplayName = "A caller may reuse its buffer for a key that was kept before, too")]
    public void Copies_what_it_keeps_longer()
    {
        using var key = SoftKey.Create(-8);
        var cache = new PublicKeyCache(capacity: 10);
        var buffer = key.CoseKey.ToArray();
        var first = cache.Get(buffer);
        GetOthers(4);
        cache.Get(buffer).ShouldBeSameAs(first);
        Array.Clear(buffer);
        GetOthers(4);
        cache.Get(key.CoseKey).ShouldBeSameAs(first);

        void GetOthers(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var other = SoftKey.Create(-8);
                cache.Get(other.CoseKey);
            }
        }
    }

    [Fact(DisplayName = "The cache never grows past its capacity, and keeps what is used")]
    public void Is_bounded()
    {
        var cache = new PublicKeyCache(capacity: 10);
        using var hot = SoftKey.Create(-8);
        var kept = cache.Get(hot.CoseKey);
        for (var i = 0; i < 100; i++)
        {
            using var key = SoftKey.Create(-8);
            cache.Get(key.CoseKey);
            cache.Get(hot.CoseKey).ShouldBeSameAs(kept);
            cache.Count.ShouldBeLessThanOrEqualTo(10);
        }
    }

    [Fact(DisplayName = "A cache of nothing still verifies")]
    public void May_be_empty()
    {
        using var key = SoftKey.Create(-8);
        var cache = new PublicKeyCache(capacity: 0);
        cache.Get(key.CoseKey).ShouldNotBeSameAs(cache.Get(key.CoseKey));
        cache.Count.ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => new PublicKeyCache(-1));
    }

    [Theory(DisplayName = "One key serves many threads at once")]
    [InlineData(-7)]
    [InlineData(-257)]
    [InlineData(-8)]
    public void Serves_many_threads(int algorithm)
    {
        using var key = SoftKey.Create(algorithm);
        var cache = new PublicKeyCache(capacity: 4);
        var data = new byte[69];
        var signature = key.Sign(data);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            cache.Get(key.CoseKey).Verify(data, signature);
            Should.Throw<WebAuthnException>(() => cache.Get(key.CoseKey).Verify([1], signature));
        });
    }
}
