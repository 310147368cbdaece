using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Files;

/// <summary>One side of a copy.</summary>
/// <param name="Path">Its path; for a source, links before the last part are already resolved.</param>
/// <param name="Exists">Whether it exists.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Rename">The name that replaces a source's first entry's; empty for its own.</param>
internal sealed record CopySide(string Path, bool Exists, bool IsFolder, string Rename = "");

/// <summary>The path rules by which <c>cp</c> decides what is copied where: Docker's, the same both ways.</summary>
internal static class CopyPaths
{
    /// <summary>Where to unpack, and the name that the source's first entry gets there.</summary>
    /// <returns>The folder, and the first entry's name.</returns>
    /// <exception cref="ExitException">A folder cannot replace a file, nor a file a folder that does not exist.</exception>
    public static (string Folder, string Name) Decide(CopySide source, CopySide destination)
    {
        string own = source.Rename.Length > 0 ? source.Rename : Base(source.Path);
        if (destination is { Exists: true, IsFolder: true })
        {
            return (destination.Path, own);
        }

        if (destination.Exists && source.IsFolder)
        {
            throw new ExitException(1, "cannot copy directory");
        }

        if (!destination.Exists && !source.IsFolder && NamesFolder(destination.Path))
        {
            throw new ExitException(1, "no such directory");
        }

        return (Folder(destination.Path), Base(destination.Path));
    }

    /// <summary>Where a link at a source leads, keeping what the path has at its end; and the name that preserves the link's.</summary>
    public static (string Path, string Rename) Follow(string path, string target)
    {
        if (IsDot(path) && !IsDot(target))
        {
            target += "/.";
        }

        if (path.EndsWith('/') && !target.EndsWith('/'))
        {
            target += "/";
        }

        return (target, Base(path) == Base(target) ? "" : Base(path));
    }

    /// <summary>Absolute and without redundant parts, but keeping a trailing slash or <c>/.</c>.</summary>
    public static string Absolute(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        full = full.Length > 1 ? full.TrimEnd('/') : full;
        string slash = full == "/" ? "" : "/";
        return IsDot(path) ? $"{full}{slash}." : path.EndsWith('/') ? full + slash : full;
    }

    /// <summary>The parent folder of a path's last part; of <c>a/.</c> that is <c>a</c>.</summary>
    public static string Folder(string path)
    {
        if (IsDot(path))
        {
            string whole = path.TrimEnd('.').TrimEnd('/');
            return whole.Length == 0 ? "/" : whole;
        }

        string bare = path.TrimEnd('/');
        int slash = bare.LastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : bare[..slash];
    }

    /// <summary>A path's last part; <c>.</c> for <c>a/.</c>, and <c>/</c> for the root.</summary>
    public static string Base(string path)
    {
        string bare = path.TrimEnd('/');
        return bare.Length == 0 ? "/" : bare[(bare.LastIndexOf('/') + 1)..];
    }

    /// <summary>Joins a link's relative target with the folder that contains the link.</summary>
    public static string Join(string link, string target) => target.StartsWith('/') ? target : System.IO.Path.GetFullPath(System.IO.Path.Combine(Folder(link), target));

    private static bool NamesFolder(string path) => path.EndsWith('/') || IsDot(path);

    private static bool IsDot(string path) => Base(path) == ".";
}
