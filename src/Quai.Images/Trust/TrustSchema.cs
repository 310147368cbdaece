using Quai.Metadata;

namespace Quai.Images.Trust;

/// <summary>The table of signatures that were found good when their image was pulled: by them the image may be run, also without the registry.</summary>
internal static class TrustSchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new("trust", 1, """
            CREATE TABLE image_signatures (
                manifest TEXT NOT NULL REFERENCES blobs(digest) ON DELETE CASCADE,
                payload BLOB NOT NULL,
                signature BLOB NOT NULL,
                PRIMARY KEY (manifest, signature)
            ) STRICT, WITHOUT ROWID;
            """),
    ];
}
