using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Metadata;

namespace Quai.Engine.Containers.State;

/// <summary>The table of containers.</summary>
internal static class ContainerTable
{
    /// <summary>Its schema.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
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

        // Several networks: of rows from before, the attachments are read from the request that "networking" is.
        new("engine", 3, """
            ALTER TABLE containers ADD COLUMN attachments TEXT;
            UPDATE containers SET endpoint = '[' || endpoint || ']' WHERE endpoint IS NOT NULL;
            ALTER TABLE containers RENAME COLUMN endpoint TO endpoints;
            """),
    ];

    /// <summary>Adds a row.</summary>
    public static void Insert(SqliteConnection connection, Container container)
    {
        RunState s = container.State;
        connection.Run(
            """
            INSERT INTO containers (id, name, created, image_id, config, host_config, attachments, mounts, status, pid, exit_code, error, oom_killed, started, finished, restart_count, stopped_by_user, endpoints)
            VALUES ($id,$name,$created,$image,$config,$host,$attachments,$mounts,$status,0,0,'',0,NULL,NULL,0,0,NULL)
            """,
            ("$id", container.Id), ("$name", container.Name), ("$created", container.Created.UtcTicks), ("$image", container.ImageId),
            ("$config", JsonSerializer.Serialize(container.Config, ApiJson.Default.ContainerConfig)),
            ("$host", JsonSerializer.Serialize(container.HostConfig, ApiJson.Default.HostConfig)),
            ("$attachments", JsonSerializer.Serialize(container.Attachments, EngineJson.Default.ImmutableArrayNetworkAttachment)),
            ("$mounts", JsonSerializer.Serialize([.. container.Mounts], EngineJson.Default.ListContainerMount)),
            ("$status", s.Status.ToString()));
    }

    /// <summary>Writes what changes: the state as it is when the transaction runs, so that late writes never undo newer ones.</summary>
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

    /// <summary>Writes another host config.</summary>
    public static void UpdateHostConfig(SqliteConnection connection, string id, HostConfig config) =>
        connection.Run("UPDATE containers SET host_config=$h WHERE id=$id", ("$id", id), ("$h", JsonSerializer.Serialize(config, ApiJson.Default.HostConfig)));

    /// <summary>Writes another name.</summary>
    public static void UpdateName(SqliteConnection connection, string id, string name) =>
        connection.Run("UPDATE containers SET name=$n WHERE id=$id", ("$id", id), ("$n", name));

    /// <summary>Removes a row.</summary>
    public static void Delete(SqliteConnection connection, string id) => connection.Run("DELETE FROM containers WHERE id=$id", ("$id", id));

    /// <summary>All rows.</summary>
    public static List<Container> Read(SqliteConnection connection) => connection.Rows(
        "SELECT id, name, created, image_id, config, host_config, networking, mounts, status, pid, exit_code, error, oom_killed, started, finished, restart_count, stopped_by_user, endpoints, held, attachments FROM containers",
        row => new Container
        {
            Id = row.GetString(0),
            Name = row.GetString(1),
            Created = new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero),
            ImageId = row.GetString(3),
            Config = JsonSerializer.Deserialize(row.GetString(4), ApiJson.Default.ContainerConfig)!,
            HostConfig = JsonSerializer.Deserialize(row.GetString(5), ApiJson.Default.HostConfig)!,
            Attachments = AttachmentsOf(row),
            Mounts = JsonSerializer.Deserialize(row.GetString(7), EngineJson.Default.ListContainerMount)!,
            Machine = new ContainerStateMachine(new RunState
            {
                Status = Enum.Parse<ContainerStatus>(row.GetString(8)),
                Pid = row.GetInt32(9),
                ExitCode = row.GetInt32(10),
                Error = row.GetString(11),
                OomKilled = row.GetInt32(12) != 0,
                StartedAt = row.IsDBNull(13) ? null : new DateTimeOffset(row.GetInt64(13), TimeSpan.Zero),
                FinishedAt = row.IsDBNull(14) ? null : new DateTimeOffset(row.GetInt64(14), TimeSpan.Zero),
                RestartCount = row.GetInt32(15),
                StoppedByUser = row.GetInt32(16) != 0,
                Held = row.GetInt32(18) != 0,
            }),
            Endpoints = row.IsDBNull(17) ? [] : JsonSerializer.Deserialize(row.GetString(17), EngineJson.Default.ImmutableArrayEndpointRecord),
        });

    private static ImmutableArray<NetworkAttachment> AttachmentsOf(SqliteDataReader row)
    {
        if (!row.IsDBNull(19))
        {
            return JsonSerializer.Deserialize(row.GetString(19), EngineJson.Default.ImmutableArrayNetworkAttachment);
        }

        HostConfig host = JsonSerializer.Deserialize(row.GetString(5), ApiJson.Default.HostConfig)!;
        return NetworkAttachments.Of(host.NetworkMode, row.IsDBNull(6) ? null : JsonSerializer.Deserialize(row.GetString(6), ApiJson.Default.NetworkingConfig));
    }
}
