namespace Moi.Identity.Testing;

/// <summary>Waits for something that happens outside this process.</summary>
public static class Eventually
{
    /// <summary>How long anything may take on a loaded machine before it is called broken.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks again and again until the answer is yes; an exception counts as no.</summary>
    /// <exception cref="TimeoutException">It was still no at the end; the last exception is inside.</exception>
    public static async Task TrueAsync(
        Func<Task<bool>> question, string what, TimeSpan? patience = null, CancellationToken ct = default)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        Exception? last = null;
        while (TimeProvider.System.GetElapsedTime(start) < (patience ?? Patience))
        {
            try
            {
                if (await question())
                {
                    return;
                }
            }
            catch (Exception exception)
            {
                last = exception;
            }

            await timer.WaitForNextTickAsync(ct);
        }

        throw new TimeoutException($"Waited in vain: {what}", last);
    }
}
