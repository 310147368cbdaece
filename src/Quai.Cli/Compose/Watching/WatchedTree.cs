using System.IO.Enumeration;

namespace Quai.Cli.Compose.Watching;

/// <summary>What is on the disk where something has changed.</summary>
internal static class WatchedTree
{
    private static readonly EnumerationOptions s_everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };

    /// <summary>A path with everything beneath it, folders before what is in them. A path at which there is nothing is given as well: it has been deleted.</summary>
    /// <remarks>A folder that is moved to where it is watched is told of by its own name alone, and what is put into a new folder may be there before that is watched.</remarks>
    public static IEnumerable<string> Of(string path) => !IsFolder(path) ? [path]
        : new FileSystemEnumerable<string>(path, (ref FileSystemEntry entry) => entry.ToFullPath(), s_everything)
        {
            // A link to a folder is a link: what it leads to may lead back.
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        }.Order(StringComparer.Ordinal).Prepend(path);

    /// <summary>Whether it is a folder itself, not a link to one.</summary>
    public static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };
}
