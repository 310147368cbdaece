using static Quai.Cli.Objects.Types.GoField;

namespace Quai.Cli.Objects.Types;

/// <summary>The types of a container, except for what belongs to its host. Names and order of fields are those of Docker's client.</summary>
internal static class ContainerTypes
{
    public static GoStructType HealthResult { get; } = new("HealthResult",
        Field("Start", GoType.Moment), Field("End", GoType.Moment), Number("ExitCode"), Text("Output"));

    public static GoStructType Health { get; } = new("Health",
        Text("Status"), Number("FailingStreak"), Field("Log", HealthResult.Pointer.List));

    public static GoStructType State { get; } = new("State",
        Text("Status"), Truth("Running"), Truth("Paused"), Truth("Restarting"), Truth("OOMKilled"), Truth("Dead"), Number("Pid"), Number("ExitCode"),
        Text("Error"), Text("StartedAt"), Text("FinishedAt"), Field("Health", Health.Pointer));

    public static GoStructType Mount { get; } = new("Mount",
        Text("Type"), Text("Name"), Text("Source"), Text("Destination"), Text("Driver"), Text("Mode"), Truth("RW"), Text("Propagation"));

    public static GoStructType Config { get; } = new("Config",
        Text("Hostname"), Text("Domainname"), Text("User"), Truth("AttachStdin"), Truth("AttachStdout"), Truth("AttachStderr"),
        Field("ExposedPorts", SharedTypes.Empty.MapBy("nat.Port")), Truth("Tty"), Truth("OpenStdin"), Truth("StdinOnce"), Texts("Env"), Texts("Cmd"),
        Field("Healthcheck", SharedTypes.Healthcheck.Pointer), Truth("ArgsEscaped"), Text("Image"), Field("Volumes", SharedTypes.Empty.Map),
        Text("WorkingDir"), Texts("Entrypoint"), Truth("NetworkDisabled"), Text("MacAddress"), Texts("OnBuild"), TextMap("Labels"), Text("StopSignal"),
        Field("StopTimeout", GoType.Number.Pointer), Texts("Shell"));

    public static GoStructType Platform { get; } = new("Platform",
        Text("Architecture", "architecture"), Text("OS", "os"), Text("Variant", "variant"));

    public static GoStructType Descriptor { get; } = new("Descriptor",
        Text("MediaType", "mediaType"), Text("Digest", "digest"), Number("Size", "size"), Field("Platform", Platform.Pointer, "platform"));

    public static GoStructType Container { get; } = new("Container",
        Text("ID", "Id"), Text("Created"), Text("Path"), Texts("Args"), Field("State", State.Pointer), Text("Image"), Text("ResolvConfPath"),
        Text("HostnamePath"), Text("HostsPath"), Text("LogPath"), Text("Name"), Number("RestartCount"), Text("Driver"), Text("Platform"), Text("MountLabel"),
        Text("ProcessLabel"), Text("AppArmorProfile"), Texts("ExecIDs"), Field("HostConfig", HostConfigTypes.HostConfig.Pointer),
        Field("GraphDriver", SharedTypes.GraphDriver), Field("SizeRw", GoType.Number.Pointer), Field("SizeRootFs", GoType.Number.Pointer),
        Field("Mounts", Mount.List), Field("Config", Config.Pointer), Field("NetworkSettings", NetworkTypes.NetworkSettings.Pointer),
        Field("ImageManifestDescriptor", Descriptor.Pointer));
}
