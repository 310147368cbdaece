using Quai.Errors;

namespace Quai.Runtime.Shims;

/// <summary>A container's shim is from a newer Quai than this daemon, and says that it does not understand this one.</summary>
/// <param name="id">The container.</param>
/// <param name="needed">The oldest version of the protocol that the shim understands.</param>
/// <param name="known">The newest version that this daemon speaks.</param>
public sealed class ShimVersionException(string id, int needed, int known)
    : QuaiException(ErrorKind.Conflict, $"container {id} was started by a newer version of Quai: its shim understands protocol {needed} and newer, this quaid speaks {known}: manage it with that version, or end its processes")
{
    /// <summary>The container.</summary>
    public string ContainerId { get; } = id;
}
