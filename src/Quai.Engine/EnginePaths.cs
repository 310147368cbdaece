using Quai.CommandLine;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Logs.Options;

namespace Quai.Engine;

/// <summary>Where the engine keeps a container's files.</summary>
internal sealed class EnginePaths(EngineOptions options)
{
    /// <summary>All containers' folders of persistent files.</summary>
    public string Containers { get; } = Path.Combine(options.DataRoot, "containers");

    /// <summary>All containers' run directories.</summary>
    public string Runs { get; } = Path.Combine(options.ExecRoot, "containers");

    /// <summary>One empty directory: every container mounts its root over it, each in its own mount namespace.</summary>
    public string RootFs { get; } = Path.Combine(options.ExecRoot, "rootfs");

    /// <summary>Mount points of the shared memory of containers that let others join it.</summary>
    public string SharedMemory { get; } = Path.Combine(options.ExecRoot, "shm");

    /// <summary>The volumes' folder.</summary>
    public string Volumes { get; } = Path.Combine(options.DataRoot, "volumes");

    /// <summary>A container's persistent files: hosts, hostname, resolv.conf, log.</summary>
    public string Container(string id) => Path.Combine(Containers, id);

    /// <summary>The newest file of a container's log, or of the copy that is kept of a log that is sent elsewhere; null if nothing is kept.</summary>
    public string? LogOf(string id, LogSpec log) => log.Driver switch
    {
        LogDrivers.None => null,
        LogDrivers.JsonFile => Path.Combine(Container(id), id + "-json.log"),
        LogDrivers.Local => Path.Combine(Container(id), "local-logs", "container.log"),
        _ => log.Options.GetValueOrDefault("cache-disabled") is { } text && GoBoolean.TryParse(text, out bool disabled) && disabled ? null : Path.Combine(Container(id), "container-cached.log"),
    };

    /// <summary>A container's run directory, owned by its shim.</summary>
    public string Run(string id) => Path.Combine(Runs, id);
}
