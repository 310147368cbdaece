using Quai.Metadata;

namespace Quai.Build.Caching;

/// <summary>The tables of results that builds have made. A row of a layer is written with the layer, one of a result when all of its layers have theirs.</summary>
internal static class CacheSchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new("build", 1, """
            -- Layers of results. The chain id names the unpacked layer; until somebody needs the layer's digest it says nothing of the content.
            CREATE TABLE build_layers (
                id TEXT PRIMARY KEY,
                chain_id TEXT NOT NULL,
                size INTEGER NOT NULL,
                created INTEGER NOT NULL,
                diff_id TEXT,
                blob TEXT REFERENCES blobs(digest),
                media_type TEXT,
                blob_size INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX build_layers_chain ON build_layers(chain_id);

            -- Results by the key of the step that made them. What follows from a result is found by its identity, which is the key unless the step was run again without the cache.
            CREATE TABLE build_results (
                key TEXT PRIMARY KEY,
                identity TEXT NOT NULL,
                name TEXT NOT NULL,
                kind TEXT NOT NULL,
                outputs INTEGER NOT NULL,
                created INTEGER NOT NULL,
                used INTEGER NOT NULL,
                uses INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE build_result_layers (
                key TEXT NOT NULL REFERENCES build_results(key) ON DELETE CASCADE,
                output INTEGER NOT NULL,
                position INTEGER NOT NULL,
                layer TEXT NOT NULL REFERENCES build_layers(id),
                PRIMARY KEY (key, output, position)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX build_result_layers_layer ON build_result_layers(layer);

            -- What the chosen files of a result are, by the result's identity and the choice.
            CREATE TABLE build_contents (
                question TEXT PRIMARY KEY,
                content TEXT NOT NULL,
                used INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            -- The last context of a client's directory, and what the client said of its files.
            CREATE TABLE build_contexts (
                key TEXT PRIMARY KEY,
                layer TEXT NOT NULL REFERENCES build_layers(id),
                manifest BLOB NOT NULL
            ) STRICT;
            CREATE INDEX build_contexts_layer ON build_contexts(layer);
            """),
    ];
}
