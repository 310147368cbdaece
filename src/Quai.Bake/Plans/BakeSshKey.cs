namespace Quai.Bake.Plans;

/// <summary>An SSH agent or keys that build steps can mount.</summary>
/// <param name="Id">Its name in the Dockerfile.</param>
/// <param name="Paths">The agent's socket, or the keys' files; none for the agent of the environment.</param>
public sealed record BakeSshKey(string Id, IReadOnlyList<string> Paths)
{
    /// <inheritdoc/>
    public bool Equals(BakeSshKey? other) => other is not null && Id == other.Id && Paths.SequenceEqual(other.Paths);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Paths.Count);
}
