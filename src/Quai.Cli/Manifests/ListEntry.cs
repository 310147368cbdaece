using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quai.Cli.Formatting;

namespace Quai.Cli.Manifests;

/// <summary>One image of a manifest list.</summary>
/// <param name="Source"><c>name@digest</c>: where the registry has it.</param>
/// <param name="MediaType">Of its manifest.</param>
/// <param name="Digest">Of its manifest.</param>
/// <param name="Size">Of its manifest, bytes.</param>
/// <param name="Platform">What it is for; null where an index says nothing of it.</param>
internal sealed record ListEntry(string Source, string MediaType, string Digest, long Size, Platform? Platform)
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>The entry for a manifest.</summary>
    public static ListEntry Of(Session session, RemoteManifest manifest) =>
        new($"{manifest.Repository}@{manifest.Digest}", manifest.MediaType, manifest.Digest, manifest.Bytes.Length, manifest.PlatformOf(session));

    /// <summary>The entries of a list in a registry.</summary>
    public static IEnumerable<ListEntry> OfIndex(RemoteManifest index) => index.Json().Items("manifests").Select(item => new ListEntry(
        $"{index.Repository}@{item.Text("digest")}", item.Text("mediaType"), item.Text("digest"), item.Number("size"),
        item.Member("platform").ValueKind == JsonValueKind.Object ? Platform.Read(item.Member("platform")) : null));

    /// <summary>The manifest list of entries: Docker's where all are Docker's, else OCI's.</summary>
    public static byte[] Index(IReadOnlyList<ListEntry> entries, IReadOnlyDictionary<string, string>? annotations = null)
    {
        bool docker = entries.Count > 0 && entries.All(e => e.MediaType == DockerManifest) && annotations is not { Count: > 0 };
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentSize = 3, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", docker ? "application/vnd.docker.distribution.manifest.list.v2+json" : "application/vnd.oci.image.index.v1+json");
            json.WriteStartArray("manifests");
            foreach (ListEntry entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("mediaType", entry.MediaType);
                json.WriteNumber("size", entry.Size);
                json.WriteString("digest", entry.Digest);
                if (entry.Platform is { } platform)
                {
                    json.WritePropertyName("platform");
                    platform.Write(json);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (annotations is { Count: > 0 })
            {
                json.WriteStartObject("annotations");
                foreach ((string name, string value) in annotations)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
