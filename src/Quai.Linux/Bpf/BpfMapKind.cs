namespace Quai.Linux.Bpf;

/// <summary>What a map does when it is full, by the kernel's numbers.</summary>
public enum BpfMapKind
{
    /// <summary>Refuses.</summary>
    Hash = 1,

    /// <summary>Drops the element that was not used for longest.</summary>
    LeastRecentlyUsed = 9,
}
