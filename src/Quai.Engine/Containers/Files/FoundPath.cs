using System.Globalization;
using System.Text;
using Quai.Api.Containers;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers.Files;

/// <summary>A path of a container that was walked once: everything done with it uses these descriptors.</summary>
/// <param name="Node">What it leads to, as itself (<c>O_PATH</c>).</param>
/// <param name="Parent">The directory in which its last name was found; null if the path is a directory by its form.</param>
/// <param name="Path">The path, cleaned.</param>
internal sealed record FoundPath(FileDescriptor Node, FileDescriptor? Parent, string Path) : IDisposable
{
    /// <summary>How a path is resolved inside a root: no link leads out of it.</summary>
    public const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;

    /// <summary>Opens a path as itself (<c>O_PATH</c>), a link at its end not followed unless a slash comes after it.</summary>
    public static FoundPath Open(ContainerView view, string path, string id)
    {
        string clean = CleanPath(path);
        int slash = clean.LastIndexOf('/');
        string last = clean[(slash + 1)..];
        FileDescriptor? parent = null;
        try
        {
            if (last is "" or ".")
            {
                return new FoundPath(Openat2.Open(view.Root.Number, clean, FileCalls.O_PATH | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Inside), null, clean);
            }

            parent = Openat2.Open(view.Root.Number, clean[..(slash + 1)], FileCalls.O_PATH | FileCalls.O_DIRECTORY | FileCalls.O_CLOEXEC, 0, Inside);
            return new FoundPath(Openat2.Open(parent.Number, last, FileCalls.O_PATH | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Openat2.RESOLVE_BENEATH | Openat2.RESOLVE_NO_MAGICLINKS), parent, clean);
        }
        catch (LinuxException e)
        {
            parent?.Dispose();
            throw e.Errno == Errno.ENOENT
                ? QuaiException.NotFound($"Could not find the file {path} in container {id}", e)
                : QuaiException.System($"lstat {clean}: {Errno.Message(e.Errno)}", e);
        }
    }

    /// <summary>Its description, as the API shows it.</summary>
    public ContainerPathStat Stat(ContainerView view)
    {
        NodeStatus status = NodeStatusReader.Read(Node);
        string target = status.IsLink ? ScopedPath.Evaluate(view.Root, Path) : "";
        return new ContainerPathStat(BaseName(Path), (long)status.Size, GoMode(status.Mode), TimeOf(status), target);
    }

    public void Dispose()
    {
        Node.Dispose();
        Parent?.Dispose();
    }

    /// <summary>An absolute path without redundant parts, but keeping a trailing slash or <c>/.</c>.</summary>
    private static string CleanPath(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }

        string clean = "/" + string.Join('/', parts);
        bool dot = path == "." || path.EndsWith("/.", StringComparison.Ordinal);
        string end = clean == "/" ? "" : "/";
        return dot ? $"{clean}{end}." : path.EndsWith('/') ? clean + end : clean;
    }

    /// <summary>The last part, as returned by Go's <c>filepath.Base</c>.</summary>
    private static string BaseName(string clean)
    {
        string bare = clean.TrimEnd('/');
        return bare.Length == 0 ? "/" : bare[(bare.LastIndexOf('/') + 1)..];
    }

    private static string TimeOf(in NodeStatus status)
    {
        var text = new StringBuilder(DateTimeOffset.FromUnixTimeSeconds(status.ModifiedSeconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        if (status.ModifiedNanoseconds > 0)
        {
            text.Append('.').Append(status.ModifiedNanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0'));
        }

        return text.Append('Z').ToString();
    }

    /// <summary>The kernel's mode as Go's bits.</summary>
    private static uint GoMode(uint mode)
    {
        uint type = (mode & FileCalls.S_IFMT) switch
        {
            FileCalls.S_IFDIR => 1u << 31,
            FileCalls.S_IFLNK => 1u << 27,
            FileCalls.S_IFBLK => 1u << 26,
            FileCalls.S_IFCHR => (1u << 26) | (1u << 21),
            FileCalls.S_IFIFO => 1u << 25,
            FileCalls.S_IFSOCK => 1u << 24,
            _ => 0,
        };
        return (mode & 0x1ff) | type
            | ((mode & FileCalls.S_ISUID) != 0 ? 1u << 23 : 0)
            | ((mode & FileCalls.S_ISGID) != 0 ? 1u << 22 : 0)
            | ((mode & FileCalls.S_ISVTX) != 0 ? 1u << 20 : 0);
    }
}
