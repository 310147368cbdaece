using Quai.Metadata;

namespace Quai.Build.Reasons;

/// <summary>The table of what the keys of steps were made of.</summary>
internal static class ReasonSchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new("build-reasons", 1, """
            CREATE TABLE build_reasons (
                scope TEXT NOT NULL,
                name TEXT NOT NULL,
                place TEXT NOT NULL,
                operation BLOB NOT NULL,
                inputs TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (scope, name)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX build_reasons_at ON build_reasons(at);
            """),
    ];
}
