using Quai.Errors;

namespace Quai.Daemon.Lifetime;

/// <summary>Keeps a second daemon off the data root. The kernel lets go of it when this process ends, however it ends.</summary>
internal sealed class DataRootLock : IDisposable
{
    private readonly FileStream _file;

    private DataRootLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; makes the data root where it is missing.</summary>
    /// <exception cref="QuaiException">Another daemon has it, or the folder cannot be made.</exception>
    public static DataRootLock Take(string dataRoot)
    {
        try
        {
            Directory.CreateDirectory(dataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            return new DataRootLock(new FileStream(Path.Combine(dataRoot, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (Directory.Exists(dataRoot))
        {
            throw QuaiException.Conflict($"failed to start daemon: another daemon is using the data root {dataRoot}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"failed to start daemon: the data root {dataRoot} cannot be made: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
