using Quai.Linux.Processes;

namespace Quai.Linux.Mounts;

/// <summary>
/// How overlayfs notes in directories what they hide: by attributes in <c>trusted.</c>, or, in a user namespace, where nobody may set those, in <c>user.</c>, if the
/// mount says so. Layers that were written by one cannot be read by the other.
/// </summary>
public static class OverlayMarks
{
    /// <summary>The attribute of a directory that hides what is below it, when its value is <c>y</c>.</summary>
    public static ReadOnlySpan<byte> Opaque => OwnUserNamespace.IsNested ? "user.overlay.opaque"u8 : "trusted.overlay.opaque"u8;

    /// <summary>The same, ended by a NUL for system calls.</summary>
    public static ReadOnlySpan<byte> TerminatedOpaque => OwnUserNamespace.IsNested ? "user.overlay.opaque\0"u8 : "trusted.overlay.opaque\0"u8;

    /// <summary>The attribute of a directory that was renamed.</summary>
    public static ReadOnlySpan<byte> Redirect => OwnUserNamespace.IsNested ? "user.overlay.redirect"u8 : "trusted.overlay.redirect"u8;

    /// <summary>What every mount's options end with.</summary>
    public static string MountOption => OwnUserNamespace.IsNested ? ",userxattr" : "";
}
