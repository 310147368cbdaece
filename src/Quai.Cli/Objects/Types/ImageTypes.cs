using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>The types of an image. Names and order of fields are those of Docker's client.</summary>
internal static class ImageTypes
{
    public static GoStructType ImageConfig { get; } = new("ImageConfig",
        Text("User"), Field("ExposedPorts", SharedTypes.Empty.Map), Texts("Env"), Texts("Entrypoint"), Texts("Cmd"), Field("Volumes", SharedTypes.Empty.Map),
        Text("WorkingDir"), TextMap("Labels"), Text("StopSignal"), Truth("ArgsEscaped"), Field("Healthcheck", SharedTypes.Healthcheck.Pointer),
        Texts("OnBuild"), Texts("Shell")) { Writing = GoStructWriting.ComposedWithoutEmpty };

    public static GoStructType RootFS { get; } = new("RootFS",
        Text("Type"), Texts("Layers"));

    public static GoStructType ImageMetadata { get; } = new("ImageMetadata",
        Field("LastTagTime", GoType.Moment));

    public static GoStructType Image { get; } = new("Image",
        Text("ID", "Id"), Texts("RepoTags"), Texts("RepoDigests"), Text("Parent"), Text("Comment"), Text("Created"), Text("Container"),
        Field("ContainerConfig", ContainerTypes.Config.Pointer), Text("DockerVersion"), Text("Author"), Field("Config", ImageConfig.Pointer),
        Text("Architecture"), Text("Variant"), Text("Os"), Text("OsVersion"), Number("Size"), Number("VirtualSize"),
        Field("GraphDriver", SharedTypes.GraphDriver), Field("RootFS", RootFS), Field("Metadata", ImageMetadata),
        Field("Descriptor", ContainerTypes.Descriptor.Pointer), Field("Manifests", GoType.Anything.List)) { Writing = GoStructWriting.Composed };
}
