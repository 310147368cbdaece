using System.Text;
using Quai.Build.Sessions;
using Quai.BuildTransfer;
using Quai.Linux;

namespace Quai.Build.Trees.Sent;

/// <summary>A tree of layers as a client takes it.</summary>
/// <param name="tree">The files.</param>
/// <param name="prefix">A directory that they are in for the client; empty for none.</param>
/// <param name="time">The time that all of it is to have; null for the true ones.</param>
internal sealed class SentTree(MergedTree tree, string prefix, DateTimeOffset? time = null) : ISentTree
{
    /// <inheritdoc/>
    public IEnumerable<ContextEntry> Entries()
    {
        if (prefix.Length > 0)
        {
            yield return new ContextEntry(prefix, ContextEntryKind.Directory, 0x1ed);
        }

        Dictionary<(uint, uint, ulong), string> seen = [];
        using MergedDirectory root = tree.OpenRoot();
        foreach (ContextEntry entry in Entries(root, prefix, seen))
        {
            yield return time is { } fixedTime ? entry with { ModifiedAt = fixedTime.ToUnixTimeMilliseconds() * 1_000_000 } : entry;
        }
    }

    /// <inheritdoc/>
    public Stream Open(string path)
    {
        string inner = prefix.Length == 0 ? path : path[(prefix.Length + 1)..];
        FileDescriptor file = tree.OpenFile("/" + inner) ?? throw Errors.QuaiException.NotFound($"open {path}: no such file");
        return new DescriptorStream(file);
    }

    private static IEnumerable<ContextEntry> Entries(MergedDirectory directory, string path, Dictionary<(uint, uint, ulong), string> seen)
    {
        foreach ((byte[] name, MergedEntry entry) in directory.Entries())
        {
            string inner = path.Length == 0 ? MergedTree.Text(name) : $"{path}/{MergedTree.Text(name)}";
            ContextEntry described = TreeEntry.Of(inner, directory, name, entry);
            if (described.Kind == ContextEntryKind.File && entry.Status.Links > 1 && !seen.TryAdd((entry.Status.DeviceMajor, entry.Status.DeviceMinor, entry.Status.Inode), inner))
            {
                described = described with { LinkName = seen[(entry.Status.DeviceMajor, entry.Status.DeviceMinor, entry.Status.Inode)] };
            }

            if (described.Kind == ContextEntryKind.File && directory.Attributes(name, entry) is { Count: > 0 } attributes)
            {
                described = described with { Attributes = attributes.ToDictionary(a => Encoding.UTF8.GetString(a.Name), a => a.Value) };
            }

            yield return described;
            if (described.Kind == ContextEntryKind.Directory && directory.OpenDirectory(name) is { } opened)
            {
                using (opened)
                {
                    foreach (ContextEntry below in Entries(opened, inner, seen))
                    {
                        yield return below;
                    }
                }
            }
        }
    }
}
