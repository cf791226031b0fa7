using Moi.Identity.Idp.Data;

namespace Moi.Identity.Idp.Features.Clients;

/// <summary><c>clients apply FILE | list | export | check [ID] | delete ID</c>.</summary>
internal static class ClientsCommand
{
    private const string Usage = """
        clients apply FILE.json   registers or changes the clients of a JSON array of RFC 7591 metadata
        clients list              one line for each client
        clients export            all clients, in the form that apply reads
        clients check [ID]        judges the server and the clients by FAPI 2.0, OAuth 2.1 and our own rules
        clients delete ID         removes a client
        """;

    /// <returns>The exit status: 0 done, 1 refused, 2 not understood.</returns>
    internal static async Task<int> RunAsync(IServiceProvider services, string[] arguments, CancellationToken ct)
    {
        var registration = services.GetRequiredService<ClientRegistration>();
        switch (arguments)
        {
            case ["apply", var file]:
                await DataFeature.PrepareAsync(services, ct);
                return await ApplyAsync(registration, file, ct);
            case ["list"]:
                await DataFeature.PrepareAsync(services, ct);
                return await ListAsync(services.GetRequiredService<ClientCatalog>(), ct);
            case ["export"]:
                await DataFeature.PrepareAsync(services, ct);
                await Console.Out.WriteLineAsync(await registration.ExportAsync(ct));
                return 0;
            case ["delete", var id]:
                await DataFeature.PrepareAsync(services, ct);
                return await DeleteAsync(registration, id, ct);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<int> ApplyAsync(ClientRegistration registration, string file, CancellationToken ct)
    {
        string json;
        try
        {
            json = await File.ReadAllTextAsync(file, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{file} cannot be read: {e.Message}");
            return 2;
        }

        var result = await registration.ApplyAsync(json, ct);
        foreach (var mistake in result.Mistakes)
        {
            await Console.Error.WriteLineAsync(mistake.ToString());
        }

        if (result.Mistakes.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{result.Mistakes.Count} mistakes; nothing was changed.");
            return 1;
        }

        foreach (var (clientId, isNew) in result.Applied)
        {
            await Console.Out.WriteLineAsync($"{clientId} {(isNew ? "registered" : "updated")}");
            if (result.Secrets.TryGetValue(clientId, out var secret))
            {
                await Console.Out.WriteLineAsync($"  client_secret: {secret.Reveal()}  (shown only now; keep it safe)");
            }
        }

        return 0;
    }

    private static async Task<int> ListAsync(ClientCatalog catalog, CancellationToken ct)
    {
        await catalog.LoadAsync(ct);
        foreach (var client in catalog.All.OrderBy(c => c.Id, StringComparer.Ordinal))
        {
            var m = client.Metadata;
            await Console.Out.WriteLineAsync(
                $"{m.ClientId}\t{m.Agency}\t{m.Profile}\t{m.Status}\t{m.TokenEndpointAuthMethod}\t{m.NameZh}");
        }

        return 0;
    }

    private static async Task<int> DeleteAsync(ClientRegistration registration, string id, CancellationToken ct)
    {
        if (await registration.DeleteAsync(id, null, ct))
        {
            await Console.Out.WriteLineAsync($"{id} removed");
            return 0;
        }

        await Console.Error.WriteLineAsync($"There is no client {id}.");
        return 1;
    }
}
