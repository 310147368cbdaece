using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.BuildClient.Layouts;

/// <summary>Keeps others from the index of a folder in OCI layout, as BuildKit's clients do: by a lock on a file that is there as long.</summary>
internal sealed class LayoutLock : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string _path;
    private readonly FileStream _file;

    private LayoutLock(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="QuaiException">Somebody has it for long.</exception>
    public static LayoutLock Take(string path)
    {
        long begun = Environment.TickCount64;
        while (true)
        {
            FileStream? file = null;
            try
            {
                // Without sharing means flock(2), by which others lock it, too.
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

                // Who had it before has removed the file: then this is a lock on nothing.
                using var locked = new FileDescriptor((int)file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
                if (NodeStatusReader.TryRead(path)?.Inode == NodeStatusReader.Read(locked).Inode)
                {
                    return new LayoutLock(path, file);
                }

                file.Dispose();
            }
            catch (Exception e) when (e is DirectoryNotFoundException or UnauthorizedAccessException)
            {
                throw QuaiException.System($"could not lock {path}: {(e is UnauthorizedAccessException ? "permission denied" : "no such file or directory")}", e);
            }
            catch (IOException e)
            {
                file?.Dispose();
                if (Environment.TickCount64 - begun > s_patience.TotalMilliseconds)
                {
                    throw QuaiException.Conflict($"could not lock {path}: somebody else has it locked for {s_patience.TotalSeconds:F0} s", e);
                }

                Thread.Sleep(s_pause);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(_path);
        _file.Dispose();
    }
}
