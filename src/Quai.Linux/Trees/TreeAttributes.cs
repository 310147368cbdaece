using Quai.Linux.Processes;

namespace Quai.Linux.Trees;

/// <summary>What a file or directory is beside its content: owner, mode, extended attributes, times.</summary>
public static unsafe class TreeAttributes
{
    /// <summary>Gives one all that another has.</summary>
    /// <param name="from">Open for reading.</param>
    /// <param name="to">Open for reading.</param>
    /// <param name="marks">Whether those attributes are copied, too, that belong to the place (<see cref="IsOfTheFile"/>): only where it stays the same layer's.</param>
    /// <exception cref="LinuxException">Something cannot be set.</exception>
    public static void Copy(FileDescriptor from, FileDescriptor to, bool marks = true)
    {
        NodeStatus status = NodeStatusReader.Read(from);
        Check(FileCalls.TryChangeOwner(to.Number, status.Uid, status.Gid), "fchown");

        // After the owner: changing it clears set-id bits and capabilities.
        Check(FileCalls.TryChangeMode(to.Number, status.Mode & 0xfff), "fchmod");
        foreach ((byte[] name, byte[] value) in TreeEntries.Attributes(from.Number))
        {
            if (marks || IsOfTheFile(name))
            {
                fixed (byte* n = (byte[])[.. name, 0])
                {
                    int errno = Xattrs.TrySet(to.Number, n, value);
                    Check(errno == Errno.EOPNOTSUPP ? 0 : errno, "fsetxattr");
                }
            }
        }

        Check(FileCalls.TrySetTimes(to.Number, Times(status)), "futimens");
    }

    /// <summary>Whether an extended attribute goes with a file: overlayfs's own attributes and security labels of the host belong to the place.</summary>
    public static bool IsOfTheFile(ReadOnlySpan<byte> name) => !name.StartsWith("trusted.overlay."u8) && !(OwnUserNamespace.IsNested && name.StartsWith("user.overlay."u8)) && !name.SequenceEqual("security.selinux"u8);

    /// <summary>The times of a file, for another: when it was changed counts as when it was read.</summary>
    public static FileTimes Times(in NodeStatus status) => new()
    {
        AccessSeconds = status.ModifiedSeconds, AccessNanoseconds = status.ModifiedNanoseconds,
        ModifySeconds = status.ModifiedSeconds, ModifyNanoseconds = status.ModifiedNanoseconds,
    };

    private static void Check(int errno, string call)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, null);
        }
    }
}
