using Microsoft.Data.Sqlite;

namespace Quai.Metadata;

/// <summary>One step of a component's schema: run once, in order, inside the transaction that records it.</summary>
/// <param name="Component">Who owns the tables, such as <c>images</c>.</param>
/// <param name="Version">1, 2, 3 … without gaps within a component.</param>
/// <param name="Sql">The statements.</param>
public sealed record Migration(string Component, int Version, string Sql)
{
    /// <summary>Changes rows in ways that SQL cannot: runs after the statements, in the same transaction. Null for nothing.</summary>
    public Action<SqliteConnection>? Convert { get; init; }
}
