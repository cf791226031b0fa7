using Moi.Identity.Idp.Data;
using Npgsql;

namespace Moi.Identity.Idp.Tests.Data;

/// <summary>Named parameters become the numbered ones of PostgreSQL.</summary>
public sealed class NumberedSqlTests
{
    private const string Statement = "SELECT @b, @a, @b WHERE x @> @long_name1 AND y <@ '{}'";

    [Fact]
    public void A_name_has_one_number_wherever_it_stands()
        => NumberedSql.Of(Statement).Text.ShouldBe("SELECT $1, $2, $1 WHERE x @> $3 AND y <@ '{}'");

    [Fact]
    public void Parameters_take_the_places_of_the_statement_and_others_are_left_out()
    {
        using var command = new NpgsqlCommand();
        foreach (var name in new[] { "a", "unused", "long_name1", "b" })
        {
            command.Parameters.Add(new NpgsqlParameter(name, name));
        }

        NumberedSql.Of(Statement).Number(command.Parameters);
        command.Parameters.Select(parameter => (parameter.ParameterName, parameter.Value))
            .ShouldBe([("", "b"), ("", "a"), ("", "long_name1")]);
    }

    [Fact]
    public void A_parameter_that_was_forgotten_is_an_error()
    {
        using var command = new NpgsqlCommand();
        command.Parameters.Add(new NpgsqlParameter("a", 1));
        Should.Throw<InvalidOperationException>(() => NumberedSql.Of(Statement).Number(command.Parameters));
    }
}
