using System.Runtime.InteropServices;
using Quai.Linux.Trees;

namespace Quai.Linux.Mounts;

/// <summary>
/// An overlay file system that is mounted nowhere: only a directory descriptor leads into it, and it is gone when that is closed.
/// It is created on a separate thread, in a separate mount namespace, so that the host never sees a mount point that a crash could leave.
/// </summary>
public static partial class DetachedOverlay
{
    /// <summary>Mounts read-only or writable and returns a descriptor of the root.</summary>
    /// <param name="root">The folder that the other paths are relative to.</param>
    /// <param name="lower">Read-only layers, topmost first.</param>
    /// <param name="upper">The writable layer, or null.</param>
    /// <param name="work">overlayfs's work directory, or null.</param>
    /// <param name="mountPoint">Any existing directory; nothing is visible there afterwards.</param>
    /// <exception cref="LinuxException">A step failed.</exception>
    public static FileDescriptor Open(string root, IReadOnlyList<string> lower, string? upper, string? work, string mountPoint)
    {
        FileDescriptor? result = null;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = MountHere(root, lower, upper, work, mountPoint);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            maxStackSize: 256 << 10);
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw failure;
    }

    private static FileDescriptor MountHere(string root, IReadOnlyList<string> lower, string? upper, string? work, string mountPoint)
    {
        // Also gives this thread its own working directory (CLONE_NEWNS implies CLONE_FS); the thread ends after this.
        if (Unshare(0x20000) != 0)
        {
            throw LinuxException.FromLastError("unshare");
        }

        HostMount.PartFromOthers();
        if (ChangeDirectory(root) != 0)
        {
            throw LinuxException.FromLastError("chdir", root);
        }

        if (upper is null && lower.Count == 1)
        {
            return RootedFiles.OpenDirectory(Path.Combine(root, lower[0]));
        }

        string options = "lowerdir=" + string.Join(':', lower) + (upper is null ? "" : $",upperdir={upper},workdir={work}") + OverlayMarks.MountOption;
        HostMount.Mount("overlay", mountPoint, "overlay", upper is null ? HostMount.MS_RDONLY : 0, options);
        try
        {
            return RootedFiles.OpenDirectory(mountPoint);
        }
        finally
        {
            HostMount.Unmount(mountPoint);
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeDirectory(string path);
}
