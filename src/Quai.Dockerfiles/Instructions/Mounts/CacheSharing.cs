namespace Quai.Dockerfiles.Instructions.Mounts;

/// <summary>What happens where two builds want the same cache.</summary>
public enum CacheSharing
{
    /// <summary>Both use it at once.</summary>
    Shared,

    /// <summary>The second one gets another.</summary>
    Private,

    /// <summary>The second one waits.</summary>
    Locked,
}
