using System.Runtime.InteropServices;

namespace Quai.Linux.Modes;

/// <summary>
/// Folders that only this process's user can enter, whatever lies beneath: a set-id file or a device that a container created in a volume,
/// and containers' data, are then out of reach of the machine's other users.
/// </summary>
public static unsafe partial class PrivateFolder
{
    private const uint Owner = 0x1c0, Passing = 0x8;

    /// <summary>Creates a folder with mode 0700, or gives an existing one that mode and this process's user as its owner.</summary>
    /// <param name="path">The folder. Missing parents are created, equally private.</param>
    /// <param name="passing">A group whose members may pass through it (0710) to a name they know, such as a socket's; 0 for none.</param>
    /// <exception cref="LinuxException">It is not a folder, or cannot be given to this user.</exception>
    public static void Make(string path, uint passing = 0)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        // By descriptor, so that owner and mode are set on the folder that was checked.
        using FileDescriptor folder = FileCalls.OpenDirectory(path);
        FileStatus status = StatusOf(folder, path);
        uint user = EffectiveUser();
        if (status.Uid != user || status.Gid != passing)
        {
            Check(FileCalls.TryChangeOwner(folder.Number, user, passing), "chown", path);
        }

        uint mode = passing == 0 ? Owner : Owner | Passing;
        if ((status.Mode & 0xfff) != mode)
        {
            Check(FileCalls.TryChangeMode(folder.Number, mode), "chmod", path);
        }
    }

    /// <summary>Opens or creates a file that only this process's user can read, for code that opens it by its path; an existing one is given mode 0600.</summary>
    /// <param name="path">The file; must not be a link.</param>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static FileDescriptor OpenFile(string path)
    {
        FileDescriptor file = Openat2.Open(FileCalls.AT_FDCWD, path, FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0x180, 0);
        try
        {
            Check(FileCalls.TryChangeMode(file.Number, 0x180), "chmod", path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static FileStatus StatusOf(FileDescriptor folder, string path)
    {
        byte nothing = 0;
        Check(FileCalls.TryStatus(folder.Number, &nothing, out FileStatus status), "stat", path);
        return status;
    }

    private static void Check(int errno, string call, string path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path);
        }
    }

    /// <summary>The user as whom this process acts.</summary>
    public static uint User => EffectiveUser();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
