namespace Quai.Dockerfiles.Instructions.Mounts;

/// <summary>What is mounted for a RUN.</summary>
public enum MountKind
{
    /// <summary>Files of the context, a stage or an image.</summary>
    Bind,

    /// <summary>A directory that builds share and keep.</summary>
    Cache,

    /// <summary>An empty directory in memory.</summary>
    Tmpfs,

    /// <summary>A secret of the client.</summary>
    Secret,

    /// <summary>The client's agent of keys.</summary>
    Ssh,
}
