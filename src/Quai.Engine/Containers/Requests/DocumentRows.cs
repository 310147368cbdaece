using System.Text.Json;
using Microsoft.Data.Sqlite;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Metadata;

namespace Quai.Engine.Containers.Requests;

/// <summary>Rows of containers from when they held the API's documents: the completed request in three columns, its mounts in a fourth.</summary>
internal static class DocumentRows
{
    /// <summary>Creates each row's specification, and removes the documents.</summary>
    public static void Convert(SqliteConnection connection)
    {
        var rows = connection.Rows(
            "SELECT id, config, host_config, networking, mounts, attachments FROM containers",
            row => (
                Id: row.GetString(0),
                Config: JsonSerializer.Deserialize(row.GetString(1), ApiJson.Default.ContainerConfig)!,
                Host: JsonSerializer.Deserialize(row.GetString(2), ApiJson.Default.HostConfig)!,
                Networking: row.IsDBNull(3) ? null : JsonSerializer.Deserialize(row.GetString(3), ApiJson.Default.NetworkingConfig),
                Mounts: JsonSerializer.Deserialize(row.GetString(4), EngineJson.Default.ListContainerMount)!,
                Attachments: row.IsDBNull(5) ? null : row.GetString(5)));
        foreach (var row in rows)
        {
            ContainerSpec spec = SpecReader.Read(row.Config, row.Host, row.Mounts);
            string attachments = row.Attachments
                ?? JsonSerializer.Serialize(NetworkAttachments.Of(new NetworkMode(row.Host.NetworkMode), row.Networking), EngineJson.Default.ImmutableArrayNetworkAttachment);
            connection.Run(
                "UPDATE containers SET spec=$s, attachments=$a WHERE id=$id",
                ("$id", row.Id), ("$s", JsonSerializer.Serialize(spec, SpecJson.Default.ContainerSpec)), ("$a", attachments));
        }

        connection.Run("""
            ALTER TABLE containers DROP COLUMN config;
            ALTER TABLE containers DROP COLUMN host_config;
            ALTER TABLE containers DROP COLUMN networking;
            ALTER TABLE containers DROP COLUMN mounts;
            """);
    }
}
