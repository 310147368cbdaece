using Quai.Cli.CommandLine;

namespace Quai.Cli.Containers.Files;

/// <summary>One side of a copy.</summary>
/// <param name="Path">Its path; for a source, links before the last part are followed already.</param>
/// <param name="Exists">Whether there is something.</param>
/// <param name="IsFolder">Whether that is a folder.</param>
/// <param name="Rename">The name that a source's first entry gets instead of its own; empty for its own.</param>
internal sealed record CopySide(string Path, bool Exists, bool IsFolder, string Rename = "");

/// <summary>The algebra of paths by which <c>cp</c> decides what becomes what: Docker's rules, the same both ways.</summary>
internal static class CopyPaths
{
    /// <summary>Where to unpack, and under which name the source's first entry comes out there.</summary>
    /// <returns>The folder, and the first entry's name.</returns>
    /// <exception cref="ExitException">A folder cannot become a file, nor a file a folder that is not there.</exception>
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

    /// <summary>Where a link at a source leads, keeping what the path says at its end; and the name that keeps the link's.</summary>
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

    /// <summary>Absolute and without needless parts, but with the slash or the <c>/.</c> that it ends with.</summary>
    public static string Absolute(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        full = full.Length > 1 ? full.TrimEnd('/') : full;
        string slash = full == "/" ? "" : "/";
        return IsDot(path) ? $"{full}{slash}." : path.EndsWith('/') ? full + slash : full;
    }

    /// <summary>The folder that a path's last part lies in; of <c>a/.</c> that is <c>a</c>.</summary>
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

    /// <summary>A path's last part; <c>.</c> when it is <c>a/.</c>, and <c>/</c> of the root.</summary>
    public static string Base(string path)
    {
        string bare = path.TrimEnd('/');
        return bare.Length == 0 ? "/" : bare[(bare.LastIndexOf('/') + 1)..];
    }

    /// <summary>Joins a link's relative target with the folder that the link is in.</summary>
    public static string Join(string link, string target) => target.StartsWith('/') ? target : System.IO.Path.GetFullPath(System.IO.Path.Combine(Folder(link), target));

    private static bool NamesFolder(string path) => path.EndsWith('/') || IsDot(path);

    private static bool IsDot(string path) => Base(path) == ".";
}
