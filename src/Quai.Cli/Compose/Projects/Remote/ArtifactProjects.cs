using System.Text;
using Quai.Cli.Compose.Publishing;
using Quai.Cli.Http;
using Quai.Client.Registries;
using Quai.Compose.Publishing;
using Quai.Errors;
using Quai.Oci.Images;
using ImageReference = Quai.Cli.Images.ImageReference;

namespace Quai.Cli.Compose.Projects.Remote;

/// <summary>Projects that are artifacts of registries, <c>oci://</c>.</summary>
internal sealed class ArtifactProjects(Session session)
{
    /// <summary>What their addresses begin with.</summary>
    public const string Prefix = "oci://";

    /// <summary>Fetches one.</summary>
    /// <returns>The path of its compose file.</returns>
    /// <exception cref="QuaiException">It is no project.</exception>
    public string Fetch(string address)
    {
        string written = address[Prefix.Length..];
        ImageReference.Check(written.Split('@')[0]);
        string name = ImageReference.Canonical(ImageReference.WithDefaultTag(written)), repository = ImageReference.Split(name).Repository;
        Api.System.AuthConfig? credentials = Cli.Images.RegistryCredentials.Find(session, repository);
        ManifestClient registry = session.BuildEngine.Manifests;
        session.BuildEngine.GetVersionAsync().Await();
        RegistryManifest found = registry.FetchAsync(name, credentials).Await();
        Manifest manifest = ImageJson.ReadManifest(found.Bytes.ToArray());
        if (manifest.ArtifactType != ProjectArtifact.Type && manifest.Config?.MediaType != ProjectArtifact.EarlierConfigType)
        {
            throw QuaiException.Invalid($"{written} is not a compose project OCI artifact, but {manifest.ArtifactType ?? manifest.Config?.MediaType}");
        }

        return Path.Combine(RemoteFolders.Get(Digest.Of(found.Bytes.Span).Hex, Fill), "compose.yaml");

        void Fill(string folder)
        {
            StringBuilder project = new();
            foreach (Descriptor layer in manifest.Layers ?? [])
            {
                if (ProjectArtifact.Read(layer) is not { } file)
                {
                    continue;
                }

                byte[] content = registry.FetchBlobAsync(repository, layer.Digest, layer.Size, credentials).Await();
                if (file.Kind == PublishedFileKind.Project)
                {
                    // The later ones are merged over the earlier ones, as documents of one file.
                    project.Append(project.Length > 0 ? "\n---\n" : "").Append(Encoding.UTF8.GetString(content));
                    continue;
                }

                // What a registry says must not be written anywhere else.
                if (file.Name is "" or "." or ".." or "compose.yaml" || file.Name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
                {
                    throw QuaiException.Invalid($"{written}: \"{file.Name}\" is no name of a file beside the project's");
                }

                File.WriteAllBytes(Path.Combine(folder, file.Name), content);
            }

            File.WriteAllText(Path.Combine(folder, "compose.yaml"), project.ToString());
        }
    }
}
