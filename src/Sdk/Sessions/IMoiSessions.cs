namespace Moi.Identity;

/// <summary>Ends citizens' sessions at this application, effective at their next request. For an agency's own reasons; the provider uses back-channel logout.</summary>
public interface IMoiSessions
{
    /// <summary>Ends every session of a citizen here, sign-ins that are still on their way included.</summary>
    /// <param name="subject">The citizen's identifier at this agency (<see cref="CitizenContext.Subject"/>).</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <returns>How many sessions ended.</returns>
    Task<int> EndBySubjectAsync(string subject, CancellationToken ct = default);

    /// <summary>Ends every session here that belongs to one session at the provider, sign-ins that are still on their way included.</summary>
    /// <param name="sid">The provider's name for its session (<see cref="CitizenContext.Sid"/>).</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <returns>How many sessions ended.</returns>
    Task<int> EndBySidAsync(string sid, CancellationToken ct = default);
}
