using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Sessions;

/// <summary>Carries out a change of an account: it and what features do about it in one transaction, announced after the commit.</summary>
internal sealed class AccountChanges(SqlDatabase sql, IEnumerable<IAccountChangeParticipant> participants)
{
    /// <summary>Records a change and announces it.</summary>
    /// <param name="change">What happens.</param>
    /// <param name="happenAsync">Writes what the account itself has of it, and its event; false undoes everything.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>Whether it happened.</returns>
    internal async Task<bool> RecordAsync(AccountChange change, Func<SqlWork, Task<bool>> happenAsync, CancellationToken ct)
    {
        var isDone = await sql.TransactionAsync(
            async work =>
            {
                if (!await happenAsync(work))
                {
                    return false;
                }

                foreach (var participant in participants)
                {
                    await participant.RecordAsync(work, change, ct);
                }

                return true;
            },
            ct);
        if (isDone)
        {
            foreach (var participant in participants)
            {
                participant.Announce();
            }
        }

        return isDone;
    }
}
