using System.Text.Json;
using System.Text.Json.Serialization;

namespace Quai.Cli.Manifests;

/// <summary>One image of a manifest list.</summary>
/// <param name="Source"><c>name@digest</c>: where the registry has it.</param>
/// <param name="MediaType">Of its manifest.</param>
/// <param name="Digest">Of its manifest.</param>
/// <param name="Size">Of its manifest, bytes.</param>
/// <param name="Platform">Its platform; null if an index does not say.</param>
internal sealed record ListEntry(string Source, string MediaType, string Digest, long Size,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Platform? Platform)
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>The entry for a manifest.</summary>
    public static ListEntry Of(Session session, RemoteManifest manifest) =>
        new($"{manifest.Repository}@{manifest.Digest}", manifest.MediaType, manifest.Digest, manifest.Bytes.Length, manifest.PlatformOf(session));

    /// <summary>The entries of a list in a registry.</summary>
    public static IEnumerable<ListEntry> OfIndex(RemoteManifest index) => (index.Read(ManifestJson.Default.IndexDocument).Manifests ?? []).Select(item => new ListEntry(
        $"{index.Repository}@{item.Digest}", item.MediaType ?? "", item.Digest ?? "", item.Size, item.Platform));

    /// <summary>The manifest list for entries: Docker's if all are Docker's, otherwise OCI's.</summary>
    public static byte[] Index(IReadOnlyList<ListEntry> entries, IReadOnlyDictionary<string, string>? annotations = null)
    {
        bool docker = entries.Count > 0 && entries.All(e => e.MediaType == DockerManifest) && annotations is not { Count: > 0 };
        return JsonSerializer.SerializeToUtf8Bytes(
            new IndexDocument
            {
                MediaType = docker ? "application/vnd.docker.distribution.manifest.list.v2+json" : "application/vnd.oci.image.index.v1+json",
                Manifests = [.. entries.Select(e => new IndexEntry { MediaType = e.MediaType, Size = e.Size, Digest = e.Digest, Platform = e.Platform })],
                Annotations = annotations is { Count: > 0 } ? annotations : null,
            },
            ManifestJson.Indented.IndexDocument);
    }
}
