namespace Quai.Build.Trees;

/// <summary>What a copy has other than what is copied.</summary>
/// <param name="Uid">The owner; null for the same.</param>
/// <param name="Gid">The group; null for the same.</param>
/// <param name="Mode">The permission bits for those of the original, which is a directory or not; null for the same.</param>
/// <param name="Time">When it was changed, in nanoseconds since 1970; null for the same.</param>
internal sealed record CopyChanges(uint? Uid, uint? Gid, Func<uint, bool, uint>? Mode, long? Time)
{
    /// <summary>Whether each copy is a file of its own, even where it is the same in all.</summary>
    public bool IsOwn { get; init; }

    public static CopyChanges None { get; } = new(null, null, null, null);
}
