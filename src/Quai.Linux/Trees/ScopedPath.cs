using System.Text;

namespace Quai.Linux.Trees;

/// <summary>Paths as seen from inside a root.</summary>
public static class ScopedPath
{
    private const int MostLinks = 255;
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;

    /// <summary>
    /// Where a path leads if all links in it are followed, including the last; what does not exist stays as written.
    /// The answer is only informational: whatever is then opened must be opened within the root again.
    /// </summary>
    /// <param name="root">The root.</param>
    /// <param name="path">A path, taken as absolute.</param>
    /// <exception cref="LinuxException">There are too many links, or one cannot be read.</exception>
    public static string Evaluate(FileDescriptor root, string path) => Evaluate(root, path, leaving: true);

    /// <summary>
    /// The same for a path that may not lead out of the directory at all, neither by <c>..</c> nor by a link: relative, and with no links left in it.
    /// To open it, use <see cref="OpenBeneath"/>, which refuses anything swapped meanwhile.
    /// </summary>
    /// <exception cref="LinuxException"><c>EXDEV</c> if it leads out.</exception>
    public static string EvaluateBeneath(FileDescriptor directory, string path) => Evaluate(directory, path, leaving: false)[1..];

    /// <summary>Opens what is beneath a directory as itself (<c>O_PATH</c>). A link anywhere on the way is refused.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Relative; empty for the directory itself.</param>
    /// <exception cref="LinuxException"><c>ENOENT</c>; <c>ELOOP</c> for a link; <c>EXDEV</c> if it leads out.</exception>
    public static FileDescriptor OpenBeneath(FileDescriptor directory, string path) => Openat2.Open(
        directory.Number, path.Length == 0 ? "." : path, FileCalls.O_PATH | FileCalls.O_CLOEXEC, 0,
        Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS | Openat2.RESOLVE_NO_SYMLINKS);

    private static string Evaluate(FileDescriptor root, string path, bool leaving)
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
                else if (!leaving)
                {
                    throw new LinuxException("evaluate", Errno.EXDEV, path);
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
                if (!leaving)
                {
                    throw new LinuxException("evaluate", Errno.EXDEV, path);
                }

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
