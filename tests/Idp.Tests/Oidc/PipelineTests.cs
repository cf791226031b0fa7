using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moi.Identity.Idp.Features.Clients;
using Moi.Identity.Testing;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server;

namespace Moi.Identity.Idp.Tests.Oidc;

/// <summary>
/// The handlers of every event in the order in which they run, ours and the engine's, stand in <c>pipeline.txt</c>: an upgrade of
/// the engine that adds, moves or removes one is seen, and so is a change of ours.
/// </summary>
/// <remarks><c>REWRITE_PIPELINE=yes</c> writes the file anew; then read the difference.</remarks>
[Collection<OnSqlite>]
public sealed class PipelineTests(SqliteOidcServer server)
{
    private const string Golden = "tests/Idp.Tests/Oidc/pipeline.txt";

    /// <summary>Seen failing on 2026-11-26, with one of our handlers moved behind its neighbour.</summary>
    [Fact]
    public async Task The_effective_pipeline_is_the_one_that_was_reviewed()
    {
        var pipeline = Describe(server.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue);
        if (Environment.GetEnvironmentVariable("REWRITE_PIPELINE") == "yes")
        {
            await File.WriteAllTextAsync(RepositoryRoot.File(Golden), pipeline);
        }

        var reviewed = await File.ReadAllTextAsync(RepositoryRoot.File(Golden));
        pipeline.Split('\n').Except(reviewed.Split('\n')).ShouldBeEmpty("is not in " + Golden);
        reviewed.Split('\n').Except(pipeline.Split('\n')).ShouldBeEmpty("is no longer there");
        pipeline.ShouldBe(reviewed);
    }

    /// <summary>
    /// All requests share the handlers. One that the engine makes for each request may hold the managers of the engine, whose only
    /// state is our store of clients, and the dispatcher; an upgrade that gives it something else to hold is seen here.
    /// </summary>
    [Fact]
    public void No_handler_holds_anything_that_belongs_to_one_request()
    {
        var scoped = server.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue.Handlers
            .Where(handler => handler.ServiceDescriptor.Lifetime != ServiceLifetime.Singleton)
            .Select(handler => handler.ServiceDescriptor.ServiceType).Distinct().ToList();
        scoped.ShouldNotBeEmpty();
        scoped.SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(field => field.FieldType).Except(
            [
                typeof(IOpenIddictServerDispatcher), typeof(IOpenIddictApplicationManager), typeof(IOpenIddictAuthorizationManager),
                typeof(IOpenIddictScopeManager), typeof(IOpenIddictTokenManager),
            ])
            .ShouldBeEmpty();
        using var scope = server.Services.CreateScope();
        scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationStore<Client>>()
            .ShouldBeSameAs(server.Services.GetRequiredService<IOpenIddictApplicationStore<Client>>());
        server.Services.GetRequiredService<IOptionsMonitor<OpenIddictCoreOptions>>().CurrentValue.DisableEntityCaching.ShouldBeTrue();
    }

    private static string Describe(OpenIddictServerOptions options)
    {
        var text = new StringBuilder();
        foreach (var group in options.Handlers.GroupBy(handler => Name(handler.ContextType)).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Key}\n");
            foreach (var handler in group.GroupBy(handler => handler.Order).OrderBy(tie => tie.Key).SelectMany(InOrder))
            {
                var type = handler.ServiceDescriptor.ServiceType;
                var filters = string.Join(' ', handler.FilterTypes.Select(Name));
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {group.Key} {handler.Order,11} {(type.Assembly == typeof(Program).Assembly ? "ours  " : "engine")} {Name(type)}{(filters.Length > 0 ? " if " + filters : "")}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>
    /// Where each is for another endpoint it does not matter who of a tie comes first, and the engine's sort does not say: by name.
    /// </summary>
    private static IEnumerable<OpenIddictServerHandlerDescriptor> InOrder(IEnumerable<OpenIddictServerHandlerDescriptor> tie)
    {
        var handlers = tie.ToList();
        var endpoints = handlers.Select(handler => string.Join(' ', handler.FilterTypes.Select(Name).Where(
            filter => filter.StartsWith("Require", StringComparison.Ordinal) && filter.EndsWith("Request", StringComparison.Ordinal)))).ToList();
        return endpoints.All(endpoint => endpoint.Length > 0) && endpoints.Distinct().Count() == handlers.Count
            ? handlers.OrderBy(handler => Name(handler.ServiceDescriptor.ServiceType), StringComparer.Ordinal)
            : handlers;
    }

    private static string Name(Type type)
        => type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
}
