using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary>The engine's view of the catalogue: reading only. Clients are changed by <see cref="ClientRegistration"/>.</summary>
internal sealed class ClientStore(ClientCatalog catalog) : IOpenIddictApplicationStore<Client>
{
    public ValueTask<Client?> FindByIdAsync(string identifier, CancellationToken cancellationToken)
        => new(catalog.Find(identifier));

    public ValueTask<Client?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken)
        => new(catalog.Find(identifier));

    public async IAsyncEnumerable<Client> FindByPostLogoutRedirectUriAsync(
        string uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var client in catalog.All.Where(c => c.IsActive && c.PostLogoutRedirectUris.Contains(uri)))
        {
            yield return client;
        }
    }

    public async IAsyncEnumerable<Client> FindByRedirectUriAsync(
        string uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var client in catalog.All.Where(c => c.IsActive && c.RedirectUris.Contains(uri)))
        {
            yield return client;
        }
    }

    public ValueTask<string?> GetApplicationTypeAsync(Client application, CancellationToken cancellationToken)
        => new(application.Metadata.ApplicationType);

    public ValueTask<string?> GetClientIdAsync(Client application, CancellationToken cancellationToken) => new(application.Id);

    /// <summary>Secrets are compared by our own handler; the engine never sees one.</summary>
    public ValueTask<string?> GetClientSecretAsync(Client application, CancellationToken cancellationToken) => new((string?)null);

    public ValueTask<string?> GetClientTypeAsync(Client application, CancellationToken cancellationToken)
        => new(application.IsPublic ? ClientTypes.Public : ClientTypes.Confidential);

    public ValueTask<string?> GetConsentTypeAsync(Client application, CancellationToken cancellationToken)
        => new(ConsentTypes.Explicit);

    public ValueTask<string?> GetDisplayNameAsync(Client application, CancellationToken cancellationToken)
        => new(application.Metadata.NameZh);

    public ValueTask<ImmutableDictionary<CultureInfo, string>> GetDisplayNamesAsync(
        Client application, CancellationToken cancellationToken)
        => new(ImmutableDictionary<CultureInfo, string>.Empty);

    public ValueTask<string?> GetIdAsync(Client application, CancellationToken cancellationToken) => new(application.Id);

    /// <summary>Keys are resolved by our own handler, which knows <c>jwks_uri</c> too.</summary>
    public ValueTask<JsonWebKeySet?> GetJsonWebKeySetAsync(Client application, CancellationToken cancellationToken)
        => new((JsonWebKeySet?)null);

    public ValueTask<ImmutableArray<string>> GetPermissionsAsync(Client application, CancellationToken cancellationToken)
        => new(application.Permissions);

    public ValueTask<ImmutableArray<string>> GetPostLogoutRedirectUrisAsync(
        Client application, CancellationToken cancellationToken)
        => new(application.PostLogoutRedirectUris);

    public ValueTask<ImmutableDictionary<string, JsonElement>> GetPropertiesAsync(
        Client application, CancellationToken cancellationToken)
        => new(ImmutableDictionary<string, JsonElement>.Empty);

    public ValueTask<ImmutableArray<string>> GetRedirectUrisAsync(Client application, CancellationToken cancellationToken)
        => new(application.RedirectUris);

    public ValueTask<ImmutableArray<string>> GetRequirementsAsync(Client application, CancellationToken cancellationToken)
        => new(application.Requirements);

    public ValueTask<ImmutableDictionary<string, string>> GetSettingsAsync(
        Client application, CancellationToken cancellationToken)
        => new(application.Settings);

    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask<long> CountAsync<TResult>(
        Func<IQueryable<Client>, IQueryable<TResult>> query, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask<TResult?> GetAsync<TState, TResult>(
        Func<IQueryable<Client>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken)
        => throw ReadOnly();

    public IAsyncEnumerable<Client> ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw ReadOnly();

    public IAsyncEnumerable<TResult> ListAsync<TState, TResult>(
        Func<IQueryable<Client>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask CreateAsync(Client application, CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask DeleteAsync(Client application, CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask UpdateAsync(Client application, CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask<Client> InstantiateAsync(CancellationToken cancellationToken) => throw ReadOnly();

    public ValueTask SetApplicationTypeAsync(Client application, string? type, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetClientIdAsync(Client application, string? identifier, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetClientSecretAsync(Client application, string? secret, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetClientTypeAsync(Client application, string? type, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetConsentTypeAsync(Client application, string? type, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetDisplayNameAsync(Client application, string? name, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetDisplayNamesAsync(
        Client application, ImmutableDictionary<CultureInfo, string> names, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetJsonWebKeySetAsync(Client application, JsonWebKeySet? set, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetPermissionsAsync(
        Client application, ImmutableArray<string> permissions, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetPostLogoutRedirectUrisAsync(
        Client application, ImmutableArray<string> uris, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetPropertiesAsync(
        Client application, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetRedirectUrisAsync(
        Client application, ImmutableArray<string> uris, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetRequirementsAsync(
        Client application, ImmutableArray<string> requirements, CancellationToken cancellationToken)
        => throw ReadOnly();

    public ValueTask SetSettingsAsync(
        Client application, ImmutableDictionary<string, string> settings, CancellationToken cancellationToken)
        => throw ReadOnly();

    private static NotSupportedException ReadOnly() => new("The engine reads clients; it does not list or change them.");
}
