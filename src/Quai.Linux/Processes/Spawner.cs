using System.Runtime.InteropServices;
using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Processes;

/// <summary>Starts programs with exactly the descriptors they are given, in a new session, by posix_spawn(3): without copying this process.</summary>
public static unsafe partial class Spawner
{
    private const short SetSignalDefault = 0x04, SetSignalMask = 0x08, SetSession = 0x80;

    /// <summary>Spawns a program.</summary>
    /// <param name="path">The program's file.</param>
    /// <param name="arguments">argv, its own name first.</param>
    /// <param name="environment">NAME=value.</param>
    /// <param name="descriptors">(here, there): this process's descriptor and its number in the program. Unnamed stdio is /dev/null; all others are closed, as every descriptor of this process is close-on-exec.</param>
    /// <returns>The pid; the caller must wait for it.</returns>
    /// <exception cref="LinuxException">The program cannot be executed.</exception>
    public static int Spawn(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<(int Here, int There)> descriptors)
    {
        byte* actions = stackalloc byte[128];
        byte* attributes = stackalloc byte[512];
        byte* signals = stackalloc byte[128];
        Check(FileActionsInit(actions), "posix_spawn", path);
        Check(AttributesInit(attributes), "posix_spawn", path);
        List<int> copies = [];
        nint argv = 0, envp = 0;
        try
        {
            Span<bool> standard = stackalloc bool[3];
            foreach ((int here, int there) in descriptors)
            {
                // Copies above all targets, so that no target overwrites a source.
                long copy = SystemCall.Quick(SystemCallNumber.Fcntl, here, IoConstants.F_DUPFD_CLOEXEC, 64);
                if (copy < 0)
                {
                    throw new LinuxException("fcntl", (int)-copy, path);
                }

                copies.Add((int)copy);
                Check(FileActionsAddDup2(actions, (int)copy, there), "posix_spawn", path);
                if (there < 3)
                {
                    standard[there] = true;
                }
            }

            for (int i = 0; i < 3; i++)
            {
                if (!standard[i])
                {
                    Check(FileActionsAddOpen(actions, i, "/dev/null", OpenFlags.O_RDWR, 0), "posix_spawn", path);
                }
            }

            // What is caught is reset by execve; what is ignored stays so, and .NET ignores this one.
            new Span<byte>(signals, 128).Clear();
            signals[(ProcessConstants.SIGPIPE - 1) / 8] = 1 << ((ProcessConstants.SIGPIPE - 1) % 8);
            Check(AttributesSetDefault(attributes, signals), "posix_spawn", path);
            new Span<byte>(signals, 128).Clear();
            Check(AttributesSetMask(attributes, signals), "posix_spawn", path);
            Check(AttributesSetFlags(attributes, SetSession | SetSignalDefault | SetSignalMask), "posix_spawn", path);
            argv = Texts(arguments);
            envp = Texts(environment);
            int pid;
            Check(PosixSpawn(&pid, path, actions, attributes, (byte**)argv, (byte**)envp), "posix_spawn", path);
            return pid;
        }
        finally
        {
            _ = FileActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            Marshal.FreeHGlobal(argv);
            Marshal.FreeHGlobal(envp);
            foreach (int copy in copies)
            {
                SystemCall.Quick(SystemCallNumber.Close, copy);
            }
        }
    }

    /// <summary>Collects the exit status of a child that has ended. Returns false while it runs.</summary>
    public static bool TryReap(int pid)
    {
        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        long result = SystemCall.Quick(SystemCallNumber.Waitid, ProcessConstants.P_PID, pid, (long)info, ProcessConstants.WEXITED | ProcessConstants.WNOHANG, 0);
        return result == -Errno.ECHILD || (result >= 0 && *(int*)info != 0);
    }

    /// <summary>One block: the pointers, then the strings.</summary>
    private static nint Texts(IReadOnlyList<string> texts)
    {
        int size = (texts.Count + 1) * sizeof(nint);
        foreach (string text in texts)
        {
            size += Encoding.UTF8.GetByteCount(text) + 1;
        }

        nint block = Marshal.AllocHGlobal(size);
        byte* at = (byte*)block + ((texts.Count + 1) * sizeof(nint));
        for (int i = 0; i < texts.Count; i++)
        {
            ((byte**)block)[i] = at;
            int length = Encoding.UTF8.GetBytes(texts[i], new Span<byte>(at, size));
            at[length] = 0;
            at += length + 1;
        }

        ((byte**)block)[texts.Count] = null;
        return block;
    }

    private static void Check(int errno, string call, string path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int FileActionsAddDup2(byte* actions, int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileActionsAddOpen(byte* actions, int target, string path, int flags, uint mode);


    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefault(byte* attributes, byte* signals);
}
