using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Client;
using Quai.Client.Registries;

namespace Quai.Cli.Manifests;

/// <summary>A manifest or manifest list in a registry, fetched through the daemon, which knows mirrors and certificates.</summary>
/// <param name="Name">The requested name, with its registry.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Bytes">Its bytes, exactly.</param>
internal sealed record RemoteManifest(string Name, string MediaType, string Digest, byte[] Bytes)
{
    private static readonly string[] Indexes = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

    /// <summary>Whether it is a list of manifests for several platforms.</summary>
    public bool IsIndex => Indexes.Contains(MediaType);

    /// <summary>The repository's name.</summary>
    public string Repository => ImageReference.Split(Name).Repository;

    /// <summary>Fetches one.</summary>
    /// <exception cref="DaemonException">The registry has none with that name.</exception>
    public static RemoteManifest Fetch(Session session, string name)
    {
        ImageReference.Check(ImageReference.Split(name).Repository);
        string full = ImageReference.Canonical(name);
        RegistryManifest manifest = session.Engine.Manifests.FetchAsync(full, RegistryCredentials.Find(session, full)).Await();
        return new RemoteManifest(full, manifest.MediaType, manifest.Digest, manifest.Bytes.ToArray());
    }

    /// <summary>The document.</summary>
    /// <exception cref="JsonException">It is not of that type.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(Bytes, type) ?? throw new JsonException("it is empty");

    /// <summary>The platform that an image's manifest is for, from its config.</summary>
    public Platform PlatformOf(Session session)
    {
        IndexEntry config = Read(ManifestJson.Default.ManifestDocument).Config ?? new IndexEntry();
        byte[] document = session.Engine.Manifests.FetchBlobAsync(Repository, config.Digest ?? "", config.Size, RegistryCredentials.Find(session, Name)).Await();
        return JsonSerializer.Deserialize(document, ManifestJson.Default.Platform) ?? new Platform();
    }

    /// <summary>Pushes a manifest list to a registry.</summary>
    /// <param name="session">The session.</param>
    /// <param name="target">Name and tag.</param>
    /// <param name="index">The list's bytes.</param>
    /// <param name="sources">Where its entries are: <c>name@digest</c>.</param>
    /// <returns>Its digest.</returns>
    public static string Push(Session session, string target, byte[] index, IEnumerable<string> sources)
    {
        string full = ImageReference.Canonical(target);
        return session.Engine.Manifests.PushAsync(full, index, sources.Distinct(), RegistryCredentials.Find(session, full)).Await().Digest;
    }
}
