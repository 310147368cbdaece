using System.Globalization;
using System.Text;
using Quai.Api.Containers;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Engine.Containers;

internal sealed partial class ContainerService
{
    private const ulong Inside = Openat2.RESOLVE_IN_ROOT | Openat2.RESOLVE_NO_MAGICLINKS;

    /// <inheritdoc/>
    public async Task<ContainerPathStat> StatPathAsync(string id, string path, CancellationToken cancellation)
    {
        Container container = registry.Resolve(id);
        using ContainerView view = await OpenViewAsync(container, ViewKind.Read, cancellation).ConfigureAwait(false);
        using FileDescriptor found = OpenPath(view, path, id, out ContainerPathStat stat);
        return stat;
    }

    /// <summary>Opens a path as itself (<c>O_PATH</c>), a link at its end not followed unless a slash comes after it.</summary>
    private static FileDescriptor OpenPath(ContainerView view, string path, string id, out ContainerPathStat stat)
    {
        string clean = CleanPath(path);
        FileDescriptor found;
        try
        {
            found = Openat2.Open(view.Root.Number, clean, FileCalls.O_PATH | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC, 0, Inside);
        }
        catch (LinuxException e)
        {
            throw e.Errno == Errno.ENOENT
                ? QuaiException.NotFound($"Could not find the file {path} in container {id}", e)
                : QuaiException.System($"lstat {clean}: {Errno.Message(e.Errno)}", e);
        }

        try
        {
            NodeStatus status = NodeStatusReader.Read(found);
            string target = status.IsLink ? ScopedPath.Evaluate(view.Root, clean) : "";
            stat = new ContainerPathStat(BaseName(clean), (long)status.Size, GoMode(status.Mode), TimeOf(status), target);
            return found;
        }
        catch
        {
            found.Dispose();
            throw;
        }
    }

    /// <summary>An absolute path without needless parts, but with the slash or the <c>/.</c> that it ends with.</summary>
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

    /// <summary>The last part, as Go's <c>filepath.Base</c> has it.</summary>
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

    /// <summary>The kernel's mode in Go's bits.</summary>
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
