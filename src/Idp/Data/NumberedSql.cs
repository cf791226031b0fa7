using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Moi.Identity.Idp.Data;

/// <summary>
/// A statement with <c>$1</c>, <c>$2</c> in place of its named parameters, which is how PostgreSQL has them. Given names, the driver
/// reads and rewrites the whole text each time it runs; statements are constants, so here that is done once for each.
/// </summary>
internal sealed partial class NumberedSql
{
    private static readonly ConcurrentDictionary<string, NumberedSql> Made = new();

    private readonly Dictionary<string, int> _places = [];

    private NumberedSql(string sql)
        => Text = Name().Replace(sql, match =>
        {
            var name = match.Groups["name"].Value;
            if (!_places.TryGetValue(name, out var place))
            {
                _places.Add(name, place = _places.Count);
            }

            return string.Create(CultureInfo.InvariantCulture, $"${place + 1}");
        });

    internal string Text { get; }

    internal static NumberedSql Of(string sql) => Made.GetOrAdd(sql, static text => new NumberedSql(text));

    /// <summary>Gives the parameters of a command, which stand there by name, the places of the statement.</summary>
    /// <exception cref="InvalidOperationException">A parameter of the statement was not given.</exception>
    internal void Number(NpgsqlParameterCollection parameters)
    {
        var placed = new NpgsqlParameter?[_places.Count];
        foreach (NpgsqlParameter parameter in parameters)
        {
            if (_places.TryGetValue(parameter.ParameterName, out var place))
            {
                placed[place] = parameter;
            }
        }

        parameters.Clear();
        foreach (var parameter in placed)
        {
            (parameter ?? throw new InvalidOperationException("A parameter of the statement was not given.")).ParameterName = "";
            parameters.Add(parameter);
        }
    }

    [GeneratedRegex("@(?<name>[a-z][A-Za-z0-9_]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
