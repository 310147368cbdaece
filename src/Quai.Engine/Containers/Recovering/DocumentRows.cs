using System.Text.Json;
using Microsoft.Data.Sqlite;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Metadata;

namespace Quai.Engine.Containers.Recovering;

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
                Config: row.GetString(1),
                Host: row.GetString(2),
                Networking: row.IsDBNull(3) ? null : row.GetString(3),
                Mounts: row.GetString(4),
                Attachments: row.IsDBNull(5) ? null : row.GetString(5)));
        foreach (var row in rows)
        {
            string spec, attachments = row.Attachments ?? "[]";
            try
            {
                HostConfig host = JsonSerializer.Deserialize(row.Host, ApiJson.Default.HostConfig)!;
                NetworkingConfig? networking = row.Networking is null ? null : JsonSerializer.Deserialize(row.Networking, ApiJson.Default.NetworkingConfig);
                spec = JsonSerializer.Serialize(
                    SpecReader.Read(
                        JsonSerializer.Deserialize(row.Config, ApiJson.Default.ContainerConfig)!,
                        host,
                        JsonSerializer.Deserialize(row.Mounts, EngineJson.Default.ListContainerMount)!),
                    SpecJson.Default.ContainerSpec);
                attachments = row.Attachments
                    ?? JsonSerializer.Serialize(NetworkAttachments.Of(new NetworkMode(host.NetworkMode), networking), EngineJson.Default.ImmutableArrayNetworkAttachment);
            }
            catch (Exception e) when (e is QuaiException or JsonException or NullReferenceException)
            {
                // It stays as it was, in a form that no specification has: that container is shown as damaged, and the others are there.
                spec = JsonSerializer.Serialize(new EarlierDocuments(row.Config, row.Host, row.Mounts), EngineJson.Default.EarlierDocuments);
            }

            connection.Run("UPDATE containers SET spec=$s, attachments=$a WHERE id=$id", ("$id", row.Id), ("$s", spec), ("$a", attachments));
        }

        connection.Run("""
            ALTER TABLE containers DROP COLUMN config;
            ALTER TABLE containers DROP COLUMN host_config;
            ALTER TABLE containers DROP COLUMN networking;
            ALTER TABLE containers DROP COLUMN mounts;
            """);
    }
}
