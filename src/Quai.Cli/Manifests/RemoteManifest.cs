using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Images;

namespace Quai.Cli.Manifests;

/// <summary>A manifest or manifest list as a registry has it, fetched through the daemon, which knows mirrors and certificates.</summary>
/// <param name="Name">The name it was asked for by, with its registry.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Bytes">Its bytes, exactly.</param>
internal sealed record RemoteManifest(string Name, string MediaType, string Digest, byte[] Bytes)
{
    private static readonly string[] Indexes = ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

    /// <summary>Whether it lists manifests of several platforms.</summary>
    public bool IsIndex => Indexes.Contains(MediaType);

    /// <summary>The repository's name.</summary>
    public string Repository => ImageReference.Split(Name).Repository;

    /// <summary>Fetches one.</summary>
    /// <exception cref="DaemonException">The registry has none of that name.</exception>
    public static RemoteManifest Fetch(Session session, string name)
    {
        ImageReference.Check(ImageReference.Split(name).Repository);
        string full = ImageReference.Canonical(name);
        using ResponseStream response = session.Engine.Transport.Send("GET", new Query("/quai/manifests").With("name", full).ToString(), default, RegistryCredentials.Header(session, full));
        string type = response.Head.Header("content-type") ?? "", digest = response.Head.Header("docker-content-digest") ?? "";
        return new RemoteManifest(full, type, digest, response.ReadAll());
    }

    /// <summary>The document.</summary>
    public JsonElement Json()
    {
        using var document = JsonDocument.Parse(Bytes);
        return document.RootElement.Clone();
    }

    /// <summary>The platform that an image's manifest is for, by its config.</summary>
    public Platform PlatformOf(Session session)
    {
        JsonElement config = Json().Member("config");
        string path = new Query("/quai/blobs").With("name", Repository).With("digest", config.Text("digest")).With("size", config.Number("size").ToString(System.Globalization.CultureInfo.InvariantCulture)).ToString();
        using ResponseStream response = session.Engine.Transport.Send("GET", path, default, RegistryCredentials.Header(session, Name));
        JsonElement document = response.ReadJson();
        return new Platform
        {
            Os = document.Text("os"), Architecture = document.Text("architecture"), Variant = document.Text("variant"), OsVersion = document.Text("os.version"),
            OsFeatures = [.. document.Texts("os.features")],
        };
    }

    /// <summary>Puts a manifest list in a registry.</summary>
    /// <param name="session">The session.</param>
    /// <param name="target">Name and tag.</param>
    /// <param name="index">The list's bytes.</param>
    /// <param name="sources">Where its entries are: <c>name@digest</c>.</param>
    /// <returns>Its digest.</returns>
    public static string Push(Session session, string target, byte[] index, IEnumerable<string> sources)
    {
        string full = ImageReference.Canonical(target);
        var query = new Query("/quai/manifests").With("name", full);
        foreach (string source in sources.Distinct())
        {
            query.With("source", source);
        }

        using ResponseStream response = session.Engine.Transport.Send("PUT", query.ToString(), index, RegistryCredentials.Header(session, full));
        return response.ReadJson().Text("Digest");
    }
}
