using System.Text;

namespace Quai.Linux.Trees;

/// <summary>Paths as they are seen from inside a root.</summary>
public static class ScopedPath
{
    private const int MostLinks = 255;
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;

    /// <summary>
    /// Where a path leads when all links in it are followed, the last too; what is not there stays as it is written.
    /// An answer for a reader: whatever is then opened must be opened within the root again.
    /// </summary>
    /// <param name="root">The root.</param>
    /// <param name="path">A path, taken as absolute.</param>
    /// <exception cref="LinuxException">There are too many links, or one cannot be read.</exception>
    public static string Evaluate(FileDescriptor root, string path)
    {
        var left = new Stack<string>(path.Split('/').Reverse());
        List<string> done = [];
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part.Length == 0 || part == ".")
            {
                continue;
            }

            if (part == "..")
            {
                if (done.Count > 0)
                {
                    done.RemoveAt(done.Count - 1);
                }

                continue;
            }

            if (ReadLink(root, "/" + string.Join('/', done), part) is not { } target)
            {
                done.Add(part);
                continue;
            }

            if (++links > MostLinks)
            {
                throw new LinuxException("evaluate", Errno.ELOOP, path);
            }

            if (target.StartsWith('/'))
            {
                done.Clear();
            }

            foreach (string next in target.Split('/').Reverse())
            {
                left.Push(next);
            }
        }

        return "/" + string.Join('/', done);
    }

    private static unsafe string? ReadLink(FileDescriptor root, string directory, string name)
    {
        fixed (byte* d = FileCalls.Terminated(directory))
        {
            int fd = Openat2.TryOpen(root.Number, d, FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Inside);
            if (fd < 0)
            {
                return null;
            }

            using FileDescriptor parent = new(fd);
            byte[] terminated = FileCalls.Terminated(name);
            return TreeEntries.TryStatus(fd, terminated) is { IsLink: true } && TreeEntries.TryReadLink(fd, terminated) is { } target
                ? Encoding.UTF8.GetString(target)
                : null;
        }
    }
}
