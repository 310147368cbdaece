using Quai.Errors;

namespace Quai.Daemon.Lifetime;

/// <summary>A lock on a root folder: two daemons on one would destroy each other's state. The kernel lets go of it when the process ends, however it ends.</summary>
internal sealed class RootLock : IDisposable
{
    private readonly FileStream _file;

    private RootLock(FileStream file) => _file = file;

    /// <summary>Makes the folder if it is missing, and locks it.</summary>
    /// <exception cref="QuaiException">Another daemon has it, or it cannot be made.</exception>
    public static RootLock Take(string root)
    {
        const UnixFileMode Searchable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        string path = Path.Combine(root, "quaid.lock");
        try
        {
            if (OperatingSystem.IsLinux())
            {
                Directory.CreateDirectory(root, Searchable);
            }

            // Share none is flock(LOCK_EX | LOCK_NB) here.
            return new RootLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw QuaiException.Conflict($"{root} is in use by another quaid", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"{root} cannot be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
