using Quai.Metadata;

namespace Quai.Images.Trust;

/// <summary>The table of signatures that were valid when their image was pulled: they allow the image to run without the registry, too.</summary>
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
