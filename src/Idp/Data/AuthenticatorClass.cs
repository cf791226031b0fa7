namespace Moi.Identity.Idp.Data;

/// <summary>What is known of an authenticator, from what anybody may have to what its maker vouches for.</summary>
internal enum AuthenticatorClass
{
    /// <summary>Any: a synced passkey too.</summary>
    Any = 0,

    /// <summary>The key is said to stay on one device (BE = 0); nobody vouches for that.</summary>
    DeviceBound = 1,

    /// <summary>The key stays on one device of a model that the FIDO metadata know, certify and do not call broken.</summary>
    Attested = 2,
}
