using System.Globalization;
using System.Text;
using Quai.Cli.Host;
using Quai.Compose.Publishing;
using Quai.Oci.Images;

namespace Quai.Cli.Compose.Publishing;

/// <summary>Projects as artifacts of registries, in the form that Docker's compose gives them.</summary>
internal static class ProjectArtifact
{
    /// <summary>What says that an artifact is a project.</summary>
    public const string Type = "application/vnd.docker.compose.project";

    /// <summary>The same where artifacts have no type: that of the config.</summary>
    public const string EarlierConfigType = "application/vnd.docker.compose.config.empty.v1+json";

    private const string ConfigType = "application/vnd.oci.empty.v1+json", FileType = "application/vnd.docker.compose.file+yaml", VariablesType = "application/vnd.docker.compose.envfile";
    private const string FileName = "com.docker.compose.file", VariablesName = "com.docker.compose.envfile", IsExtended = "com.docker.compose.extends", Version = "com.docker.compose.version";

    /// <summary>The manifest of a project, which holds all of it.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="hasTypes">Whether artifacts have a type: since version 1.1 of OCI's specification.</param>
    /// <param name="created">When.</param>
    public static byte[] Write(IReadOnlyList<PublishedFile> files, bool hasTypes, DateTimeOffset created) => ImageJson.Write(new Manifest
    {
        SchemaVersion = 2,
        MediaType = MediaTypes.OciManifest,
        ArtifactType = hasTypes ? Type : null,
        Config = Of("{}", hasTypes ? ConfigType : EarlierConfigType),
        Layers = [.. files.Select(Layer)],
        Annotations = new() { ["org.opencontainers.image.created"] = created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) },
    });

    /// <summary>What a layer is; null for nothing of a project.</summary>
    public static (string Name, PublishedFileKind Kind)? Read(Descriptor layer) => layer.MediaType switch
    {
        FileType => (layer.Annotations?.GetValueOrDefault(FileName) ?? "compose.yaml", layer.Annotations?.GetValueOrDefault(IsExtended) == "true" ? PublishedFileKind.Extended : PublishedFileKind.Project),
        VariablesType => (layer.Annotations?.GetValueOrDefault(VariablesName) ?? "", PublishedFileKind.Variables),
        _ => null,
    };

    private static Descriptor Layer(PublishedFile file)
    {
        bool isVariables = file.Kind == PublishedFileKind.Variables;
        Dictionary<string, string> annotations = new() { [isVariables ? VariablesName : FileName] = file.Name, [Version] = ClientVersion.Number };
        if (file.Kind == PublishedFileKind.Extended)
        {
            annotations[IsExtended] = "true";
        }

        return Of(file.Text, isVariables ? VariablesType : FileType) with { Annotations = annotations };
    }

    private static Descriptor Of(string text, string type)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return new() { MediaType = type, Digest = Digest.Of(bytes).ToString(), Size = bytes.Length, Data = Convert.ToBase64String(bytes) };
    }
}
