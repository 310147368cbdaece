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

    /// <summary>A container's json-file log.</summary>
    public string Log(string id) => Path.Combine(Containers, id, id + "-json.log");

    /// <summary>A container's run directory, owned by its shim.</summary>
    public string Run(string id) => Path.Combine(Runs, id);
}
