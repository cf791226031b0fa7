namespace Moi.Identity.Testing;

/// <summary>A credential inside a <see cref="SoftAuthenticator"/>.</summary>
public sealed class SoftCredential
{
    private long _signCount;

    /// <summary>The credential ID.</summary>
    public required byte[] Id { get; init; }

    /// <summary>The relying party it is bound to.</summary>
    public required string RelyingPartyId { get; init; }

    /// <summary>The user handle it was made with.</summary>
    public required byte[] UserHandle { get; init; }

    /// <summary>The account label it was made with.</summary>
    public required string UserName { get; init; }

    /// <summary>Its key pair.</summary>
    public required SoftKey Key { get; init; }

    /// <summary>Flag BE.</summary>
    public required bool IsBackupEligible { get; init; }

    /// <summary>Flag BS.</summary>
    public bool IsBackedUp { get; set; }

    /// <summary>The signature counter; settable to imitate a clone.</summary>
    public uint SignCount
    {
        get => (uint)Interlocked.Read(ref _signCount);
        set => Interlocked.Exchange(ref _signCount, value);
    }

    internal uint Count(uint step) => (uint)Interlocked.Add(ref _signCount, step);
}
