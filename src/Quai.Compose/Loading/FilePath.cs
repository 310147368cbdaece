using Quai.Compose.Forms;

namespace Quai.Compose.Loading;

/// <summary>Paths as text; nothing here looks at a disk.</summary>
internal static class FilePath
{
    private static readonly string[] s_remote = ["https://", "http://", "git://", "ssh://", "github.com/", "git@"];

    /// <summary>A path beneath another; a path that begins with a slash is beneath it all the same.</summary>
    public static string Join(string folder, string path) => MountForm.Clean(folder.Length == 0 ? path : $"{folder}/{path}");

    /// <summary>A path that is absolute, from a folder if it is not.</summary>
    public static string Absolute(string path, string folder) => path.StartsWith('/') ? MountForm.Clean(path) : Join(folder, path);

    /// <summary>The folder of a file.</summary>
    public static string Folder(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : path[..slash];
    }

    /// <summary>The last part of a path.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A path as seen from a folder; both absolute.</summary>
    public static string Relative(string folder, string path)
    {
        string[] from = folder.Split('/', StringSplitOptions.RemoveEmptyEntries), to = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int same = 0;
        while (same < from.Length && same < to.Length && from[same] == to[same])
        {
            same++;
        }

        string relative = string.Join('/', Enumerable.Repeat("..", from.Length - same).Concat(to.Skip(same)));
        return relative.Length == 0 ? "." : relative;
    }

    /// <summary>Whether a path is an address that a builder fetches by itself.</summary>
    public static bool IsRemote(string path) => path.Contains("://", StringComparison.Ordinal) || s_remote.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The absolute path of a compose file; one that is elsewhere is fetched.</summary>
    /// <param name="files">Where files are read from.</param>
    /// <param name="path">What is written.</param>
    /// <param name="folder">Where relative paths start from.</param>
    /// <param name="place">Where it is written; null for nowhere in a file.</param>
    /// <exception cref="ComposeException">It cannot be fetched.</exception>
    public static string Of(IComposeFiles files, string path, string folder, ComposePlace? place = null) => IsRemote(path) ? files.Fetch(path, place) : Absolute(path, folder);
}
