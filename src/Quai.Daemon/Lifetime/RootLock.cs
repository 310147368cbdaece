using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;

namespace Quai.Daemon.Lifetime;

/// <summary>
/// A root folder, made private and locked: two daemons on one would destroy each other's state, and other users of the machine must not access it.
/// The kernel releases the lock when the process ends, however it ends.
/// </summary>
internal sealed class RootLock : IDisposable
{
    private readonly FileStream _file;

    private RootLock(FileStream file) => _file = file;

    /// <summary>Creates the folder if it is missing, closes it to all but root, and locks it.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="passing">A group whose members may pass through it, to an API socket inside it; 0 for none.</param>
    /// <exception cref="QuaiException">Another daemon has it, it is not for quaid alone, or it cannot be created.</exception>
    public static RootLock Take(string root, uint passing = 0)
    {
        string path = Path.Combine(root, "quaid.lock");
        if (IsShared(root))
        {
            throw QuaiException.Invalid($"{root} cannot be used: others keep their files there; name a folder that is for quaid alone");
        }

        try
        {
            PrivateFolder.Make(root, passing);
            // Anyone who can open it can lock it.
            PrivateFolder.OpenFile(path).Dispose();
            // Share none is flock(LOCK_EX | LOCK_NB) here.
            return new RootLock(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw QuaiException.Conflict($"{root} is in use by another quaid", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            throw QuaiException.System($"{root} cannot be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // The machine's own folders, which others need to pass through.
    private static readonly HashSet<string> s_machines =
    [
        "/bin", "/boot", "/dev", "/dev/shm", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/run/lock", "/sbin", "/srv", "/sys", "/tmp", "/usr",
        "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/sbin", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/spool", "/var/tmp",
    ];

    /// <summary>Whether closing it would cut others off from their files: the file system root, the machine's own folders, or one such as /tmp.</summary>
    private static bool IsShared(string root) =>
        Path.GetPathRoot(root) == root || s_machines.Contains(root.TrimEnd('/')) || s_machines.Contains(Resolved(root)) || (Directory.Exists(root) && (File.GetUnixFileMode(root) & UnixFileMode.StickyBit) != 0);

    private static string Resolved(string root) =>
        Directory.Exists(root) ? new DirectoryInfo(root).ResolveLinkTarget(returnFinalTarget: true)?.FullName.TrimEnd('/') ?? root : root;
}
