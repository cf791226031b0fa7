using System.Text.Json.Serialization;

namespace Moi.Identity.Fido2;

/// <summary>How well a trusted model must be certified. The zero value demands a certification.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CertificationRequirement>))]
public enum CertificationRequirement
{
    /// <summary>Level 1 or better.</summary>
    Level1 = 0,

    /// <summary>Level 1+ or better.</summary>
    Level1Plus,

    /// <summary>Level 2 or better.</summary>
    Level2,

    /// <summary>Level 2+ or better.</summary>
    Level2Plus,

    /// <summary>Level 3 or better.</summary>
    Level3,

    /// <summary>Level 3+.</summary>
    Level3Plus,

    /// <summary>A certification of functions is enough.</summary>
    Functional,

    /// <summary>No certification is needed.</summary>
    None,
}

/// <summary>What happens to a model that the metadata does not know. The zero value is the strictest.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<UnknownModels>))]
public enum UnknownModels
{
    /// <summary>Refused: nothing is known about its status.</summary>
    Refuse = 0,

    /// <summary>Accepted if the certificates lead to a root of the operator. Certification and key protection, of which nothing
    /// is known then, are not asked for.</summary>
    Accept,
}
