namespace Quai.Dockerfiles.Instructions.Steps;

/// <summary>What a mount of RUN is.</summary>
public enum MountKind
{
    /// <summary>Files of the context, a stage or an image.</summary>
    Bind,

    /// <summary>A directory that is kept for later builds.</summary>
    Cache,

    /// <summary>A file system in memory.</summary>
    Tmpfs,

    /// <summary>A secret of the client.</summary>
    Secret,

    /// <summary>The client's agent of ssh.</summary>
    Ssh,
}
