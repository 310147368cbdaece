using System.Text.Json;
using Microsoft.Data.Sqlite;
using Quai.Engine.Containers.Spec;
using Quai.Metadata;

namespace Quai.Engine.Containers.State;

/// <summary>The table of containers.</summary>
internal static class ContainerTable
{
    /// <summary>Its schema.</summary>
    /// <param name="specify">Creates specifications from the API's documents, which rows once held.</param>
    public static IReadOnlyList<Migration> Migrations(Action<SqliteConnection> specify) =>
    [
        new("engine", 1, """
            CREATE TABLE containers (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                created INTEGER NOT NULL,
                image_id TEXT NOT NULL,
                config TEXT NOT NULL,
                host_config TEXT NOT NULL,
                networking TEXT,
                mounts TEXT NOT NULL,
                status TEXT NOT NULL,
                pid INTEGER NOT NULL,
                exit_code INTEGER NOT NULL,
                error TEXT NOT NULL,
                oom_killed INTEGER NOT NULL,
                started INTEGER,
                finished INTEGER,
                restart_count INTEGER NOT NULL,
                stopped_by_user INTEGER NOT NULL,
                endpoint TEXT) STRICT;
            CREATE TABLE engine_identity (id TEXT NOT NULL) STRICT;
            """),
        new("engine", 2, "ALTER TABLE containers ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"),

        // Several networks: for older rows, the attachments are read from the request in "networking".
        new("engine", 3, """
            ALTER TABLE containers ADD COLUMN attachments TEXT;
            UPDATE containers SET endpoint = '[' || endpoint || ']' WHERE endpoint IS NOT NULL;
            ALTER TABLE containers RENAME COLUMN endpoint TO endpoints;
            """),

        // The specification in place of the API's documents.
        new("engine", 4, "ALTER TABLE containers ADD COLUMN spec TEXT NOT NULL DEFAULT '';")
        {
            Convert = specify,
        },
    ];

    /// <summary>Adds a row.</summary>
    public static void Insert(SqliteConnection connection, Container container)
    {
        RunState s = container.State;
        connection.Run(
            """
            INSERT INTO containers (id, name, created, image_id, spec, attachments, status, pid, exit_code, error, oom_killed, started, finished, restart_count, stopped_by_user, endpoints)
            VALUES ($id,$name,$created,$image,$spec,$attachments,$status,0,0,'',0,NULL,NULL,0,0,NULL)
            """,
            ("$id", container.Id), ("$name", container.Name), ("$created", container.Created.UtcTicks), ("$image", container.ImageId),
            ("$spec", JsonSerializer.Serialize(container.Spec, SpecJson.Default.ContainerSpec)),
            ("$attachments", JsonSerializer.Serialize(container.Attachments, EngineJson.Default.ImmutableArrayNetworkAttachment)),
            ("$status", s.Status.ToString()));
    }

    /// <summary>Writes the mutable part: the state as it is when the transaction runs, so that late writes never undo newer ones.</summary>
    public static void UpdateState(SqliteConnection connection, Container container)
    {
        RunState s = container.State;
        connection.Run(
            """
            UPDATE containers SET status=$status, pid=$pid, exit_code=$exit, error=$error, oom_killed=$oom, started=$started, finished=$finished,
                restart_count=$restarts, stopped_by_user=$stopped, held=$held, endpoints=$endpoints, attachments=$attachments WHERE id=$id
            """,
            ("$id", container.Id), ("$status", s.Status.ToString()), ("$pid", s.Pid), ("$exit", s.ExitCode), ("$error", s.Error), ("$oom", s.OomKilled ? 1 : 0),
            ("$started", s.StartedAt?.UtcTicks), ("$finished", s.FinishedAt?.UtcTicks), ("$restarts", s.RestartCount), ("$stopped", s.StoppedByUser ? 1 : 0), ("$held", s.Held ? 1 : 0),
            ("$attachments", JsonSerializer.Serialize(container.Attachments, EngineJson.Default.ImmutableArrayNetworkAttachment)),
            ("$endpoints", container.Endpoints.IsEmpty ? null : JsonSerializer.Serialize(container.Endpoints, EngineJson.Default.ImmutableArrayEndpointRecord)));
    }

    /// <summary>Writes a new specification.</summary>
    public static void UpdateSpec(SqliteConnection connection, string id, ContainerSpec spec) =>
        connection.Run("UPDATE containers SET spec=$s WHERE id=$id", ("$id", id), ("$s", JsonSerializer.Serialize(spec, SpecJson.Default.ContainerSpec)));

    /// <summary>Writes a new name.</summary>
    public static void UpdateName(SqliteConnection connection, string id, string name) =>
        connection.Run("UPDATE containers SET name=$n WHERE id=$id", ("$id", id), ("$n", name));

    /// <summary>Removes a row.</summary>
    public static void Delete(SqliteConnection connection, string id) => connection.Run("DELETE FROM containers WHERE id=$id", ("$id", id));

    /// <summary>All rows.</summary>
    public static List<Container> Read(SqliteConnection connection) => connection.Rows(
        "SELECT id, name, created, image_id, spec, attachments, status, pid, exit_code, error, oom_killed, started, finished, restart_count, stopped_by_user, held, endpoints FROM containers",
        row => new Container
        {
            Id = row.GetString(0),
            Name = row.GetString(1),
            Created = new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero),
            ImageId = row.GetString(3),
            Spec = SpecOf(row.GetString(4), row.GetString(3)),
            Attachments = row.IsDBNull(5) ? [] : JsonSerializer.Deserialize(row.GetString(5), EngineJson.Default.ImmutableArrayNetworkAttachment),
            Machine = new ContainerStateMachine(new RunState
            {
                Status = Enum.Parse<ContainerStatus>(row.GetString(6)),
                Pid = row.GetInt32(7),
                ExitCode = row.GetInt32(8),
                Error = row.GetString(9),
                OomKilled = row.GetInt32(10) != 0,
                StartedAt = row.IsDBNull(11) ? null : new DateTimeOffset(row.GetInt64(11), TimeSpan.Zero),
                FinishedAt = row.IsDBNull(12) ? null : new DateTimeOffset(row.GetInt64(12), TimeSpan.Zero),
                RestartCount = row.GetInt32(13),
                StoppedByUser = row.GetInt32(14) != 0,
                Held = row.GetInt32(15) != 0,
            }),
            Endpoints = row.IsDBNull(16) ? [] : JsonSerializer.Deserialize(row.GetString(16), EngineJson.Default.ImmutableArrayEndpointRecord),
        });

    // One record that cannot be read is that container's misfortune, and nobody else's.
    private static ContainerSpec SpecOf(string text, string image)
    {
        try
        {
            return JsonSerializer.Deserialize(text, SpecJson.Default.ContainerSpec) ?? ContainerSpec.Damaged(image, "it is empty");
        }
        catch (JsonException e)
        {
            return ContainerSpec.Damaged(image, e.Message);
        }
    }
}
