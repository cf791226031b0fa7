using System.Globalization;

namespace Moi.Identity.BackChannel;

/// <summary>MOI032: the provider's document and keys cannot be fetched, and none that are young enough are held.</summary>
/// <param name="address">Where the document should be.</param>
/// <param name="held">When what is held was fetched; <see langword="null"/> when nothing ever was.</param>
/// <param name="why">What went wrong at the last attempt.</param>
internal sealed class DiscoveryFailedException(string address, DateTimeOffset? held, Exception? why)
    : InvalidOperationException(
        string.Create(CultureInfo.InvariantCulture, $"MOI032: {address} or the keys that it names cannot be fetched")
            + (held is { } at ? string.Create(CultureInfo.InvariantCulture, $", and those of {at:u} are too old to be used") : "")
            + $": {why?.Message}",
        why);
