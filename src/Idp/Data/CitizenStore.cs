using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Moi.Identity.Idp.Data;

/// <summary>
/// ASP.NET Core Identity's store over <see cref="IdpDb"/>. It implements no password, e-mail, phone or two-factor
/// store, so the user manager cannot be asked for them.
/// </summary>
/// <remarks>
/// Changes are saved by the caller, together with the audit event that records them: <see cref="IdpDb"/> is the same
/// scoped instance.
/// </remarks>
internal sealed class CitizenStore(IdpDb db) : IUserStore<Citizen>, IUserSecurityStampStore<Citizen>
{
    public Task<string> GetUserIdAsync(Citizen user, CancellationToken cancellationToken)
        => Task.FromResult(user.Id.ToString());

    /// <summary>Identity wants a user name; ours is the account id, which nobody types and no page shows.</summary>
    public Task<string?> GetUserNameAsync(Citizen user, CancellationToken cancellationToken)
        => Task.FromResult<string?>(user.Id.ToString("N"));

    public Task SetUserNameAsync(Citizen user, string? userName, CancellationToken cancellationToken)
        => Task.CompletedTask;

    public Task<string?> GetNormalizedUserNameAsync(Citizen user, CancellationToken cancellationToken)
        => GetUserNameAsync(user, cancellationToken);

    public Task SetNormalizedUserNameAsync(Citizen user, string? normalizedName, CancellationToken cancellationToken)
        => Task.CompletedTask;

    public Task<IdentityResult> CreateAsync(Citizen user, CancellationToken cancellationToken)
    {
        db.Citizens.Add(user);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<IdentityResult> UpdateAsync(Citizen user, CancellationToken cancellationToken)
    {
        user.ConcurrencyStamp = Guid.CreateVersion7().ToString("N");
        db.Citizens.Update(user);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<IdentityResult> DeleteAsync(Citizen user, CancellationToken cancellationToken)
    {
        db.Citizens.Remove(user);
        return Task.FromResult(IdentityResult.Success);
    }

    public Task<Citizen?> FindByIdAsync(string userId, CancellationToken cancellationToken)
        => Guid.TryParse(userId, out var id)
            ? db.Citizens.SingleOrDefaultAsync(c => c.Id == id, cancellationToken)
            : Task.FromResult<Citizen?>(null);

    public Task<Citizen?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken)
        => FindByIdAsync(normalizedUserName, cancellationToken);

    public Task SetSecurityStampAsync(Citizen user, string stamp, CancellationToken cancellationToken)
    {
        user.SecurityStamp = stamp;
        return Task.CompletedTask;
    }

    public Task<string?> GetSecurityStampAsync(Citizen user, CancellationToken cancellationToken)
        => Task.FromResult(user.SecurityStamp);

    public void Dispose()
    {
        // The context belongs to the request.
    }
}
