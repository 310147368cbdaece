using System.Text;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Attestations.Packages;

/// <summary>Reads texts of a tree that somebody else made: no more than a limit, nothing but regular files, and nothing outside of the tree.</summary>
internal static class TreeText
{
    /// <summary>The largest database of packages that is read, in bytes.</summary>
    public const int LargestList = 32 << 20;

    /// <summary>The text of a file; null where there is none, or it is larger than the limit.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="path">The path; links in it are followed within the tree.</param>
    /// <param name="limit">In bytes.</param>
    public static string? Read(MergedTree tree, string path, int limit)
    {
        using FileDescriptor? file = Resolve(tree, path) is { } place ? tree.OpenFile(place) : null;
        return file is null ? null : Read(file, limit);
    }

    /// <summary>Where a path leads in a tree; null where it leads round in circles.</summary>
    public static string? Resolve(MergedTree tree, string path)
    {
        try
        {
            return tree.Resolve(path);
        }
        catch (QuaiException)
        {
            return null;
        }
    }

    /// <summary>The text of a file of a directory; null where there is none, or it is larger than the limit. No link is followed.</summary>
    public static string? Read(MergedDirectory directory, string name, int limit)
    {
        byte[] bytes = MergedTree.Name(name);
        if (directory.Find(bytes) is not { Status.IsRegular: true } entry)
        {
            return null;
        }

        using FileDescriptor? file = directory.OpenFile(bytes, entry);
        return file is null ? null : Read(file, limit);
    }

    private static string? Read(FileDescriptor file, int limit)
    {
        ulong size = NodeStatusReader.Read(file).Size;
        if (size > (ulong)limit)
        {
            return null;
        }

        byte[] bytes = new byte[(int)size];
        using var stream = new DescriptorStream(file);
        return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
    }
}
