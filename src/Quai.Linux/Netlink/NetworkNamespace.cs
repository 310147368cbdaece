using System.Runtime.InteropServices;

namespace Quai.Linux.Netlink;

/// <summary>Network namespaces of threads. Never enter one on a pool thread: the thread stays in it.</summary>
public static partial class NetworkNamespace
{
    private const int CLONE_NEWNET = 0x40000000, O_RDONLY_CLOEXEC = 0x80000;
    private const int StackSize = 128 << 10;
    private const int AF_UNIX = 1, SOCK_DGRAM_CLOEXEC = 0x80002, SOL_SOCKET = 1, SO_NETNS_COOKIE = 71;

    /// <summary>Opens the calling thread's namespace.</summary>
    public static FileDescriptor OpenCurrent() => Open("/proc/thread-self/ns/net");

    /// <summary>Opens a process's namespace.</summary>
    public static FileDescriptor OpenOf(int pid) => Open($"/proc/{pid}/ns/net");

    /// <summary>Opens a namespace by a path it is bound to.</summary>
    public static FileDescriptor Open(string path)
    {
        FileDescriptor fd = Open(path, O_RDONLY_CLOEXEC);
        return fd.IsInvalid ? throw LinuxException.FromLastError("open", path) : fd;
    }

    /// <summary>A number of the calling thread's namespace that is unique until the machine reboots; null on kernels before 5.14.</summary>
    public static ulong? Cookie()
    {
        using FileDescriptor socket = Socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket", "AF_UNIX");
        }

        int length = sizeof(ulong);
        return GetOption(socket, SOL_SOCKET, SO_NETNS_COOKIE, out ulong cookie, ref length) == 0 ? cookie : null;
    }

    /// <summary>Moves the calling thread into a namespace.</summary>
    public static void Enter(FileDescriptor descriptor)
    {
        if (SetNamespace(descriptor, CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("setns", "network namespace");
        }
    }

    /// <summary>Moves the calling thread into a new, empty namespace.</summary>
    public static void EnterNew()
    {
        if (Unshare(CLONE_NEWNET) != 0)
        {
            throw LinuxException.FromLastError("unshare", "network namespace");
        }
    }

    /// <summary>
    /// Does something in a namespace, on a thread that enters it and ends: what a thread opens there (sockets) belongs to the namespace, whoever uses it later.
    /// <code>
    /// Socket socket = await NetworkNamespace.RunAsync(place, () =&gt; new Socket(SocketType.Stream, ProtocolType.Tcp));
    /// </code>
    /// </summary>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public static Task<T> RunAsync<T>(FileDescriptor place, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    Enter(place);
                    done.SetResult(work());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            StackSize)
        { IsBackground = true, Name = "namespace" };
        thread.Start();
        return done.Task;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial FileDescriptor Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial FileDescriptor Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(FileDescriptor socket, int level, int name, out ulong value, ref int length);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(FileDescriptor fd, int type);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}
