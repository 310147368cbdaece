using Quai.Metadata;

namespace Quai.Images.Catalog;

/// <summary>
/// The tables of images. Their rows are written when everything they describe exists: blobs and layers, whose own tables (<c>Quai.Content</c>) were created by
/// the first step here in older versions.
/// </summary>
internal static class Schema
{
    public const string Component = "images";

    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(Component, 1, """
            CREATE TABLE images (
                id TEXT PRIMARY KEY,
                config BLOB NOT NULL,
                manifest TEXT NOT NULL REFERENCES blobs(digest),
                added INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE image_layers (
                image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                chain_id TEXT NOT NULL,
                PRIMARY KEY (image_id, position)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE image_blobs (
                image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
                digest TEXT NOT NULL REFERENCES blobs(digest),
                PRIMARY KEY (image_id, digest)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE image_names (
                name TEXT PRIMARY KEY,
                image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE
            ) STRICT, WITHOUT ROWID;

            CREATE INDEX image_layers_chain ON image_layers(chain_id);
            CREATE INDEX image_blobs_digest ON image_blobs(digest);
            CREATE INDEX image_names_image ON image_names(image_id);
            """),
        new(Component, 2, """
            -- What an image was made of by commit or build, as long as that is here.
            ALTER TABLE images ADD COLUMN parent TEXT;
            CREATE INDEX images_parent ON images(parent) WHERE parent IS NOT NULL;

            -- A name may stand for several images: those of several platforms that were pulled by one index.
            CREATE TABLE names (
                name TEXT NOT NULL,
                image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
                PRIMARY KEY (name, image_id)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO names SELECT name, image_id FROM image_names;
            DROP TABLE image_names;
            ALTER TABLE names RENAME TO image_names;
            CREATE INDEX image_names_image ON image_names(image_id);
            """),
        new(Component, 3, """
            -- When somebody last gave it a name here, in 100 ns since the year 1.
            ALTER TABLE images ADD COLUMN tagged INTEGER;
            """),
    ];
}
