using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Quai.Linux;

/// <summary>An owned file descriptor of any kind (file, directory, pidfd, namespace, socket); closed once.</summary>
public sealed partial class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    /// <summary>Creates an empty handle for the interop marshaller to fill.</summary>
    public FileDescriptor()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Takes ownership of a descriptor.</summary>
    public FileDescriptor(int fd, bool ownsHandle = true)
        : base(ownsHandle) => SetHandle(fd);

    /// <summary>Whether there is none. libc returns it as an int: if the marshaller filled the handle, only the lower half counts.</summary>
    public override bool IsInvalid => Number < 0;

    /// <summary>The descriptor's number; valid while this object is alive and not disposed.</summary>
    public int Number => (int)handle;

    /// <summary>Transfers the descriptor to a new owner, who closes it.</summary>
    public int Detach()
    {
        int number = Number;
        SetHandleAsInvalid();
        return number;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
