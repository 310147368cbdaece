using Quai.Linux.Mounts;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>A directory as overlayfs would show it, from the same directory of several layers. Names are NUL-terminated bytes, no link is followed.</summary>
/// <param name="layers">The directories, open for reading, topmost first; this object's from now on. The first one may be that of a layer which has none: null.</param>
internal sealed class MergedDirectory(IReadOnlyList<FileDescriptor?> layers) : IDisposable
{
    private const int MostNames = 1 << 16;

    /// <summary>Opens the root of a stack of layers.</summary>
    /// <param name="directories">Their folders, topmost first.</param>
    public static MergedDirectory Root(IReadOnlyList<string> directories)
    {
        List<FileDescriptor?> opened = [];
        try
        {
            foreach (string directory in directories)
            {
                opened.Add(RootedFiles.OpenDirectory(directory));
            }

            return new MergedDirectory(opened);
        }
        catch
        {
            opened.ForEach(d => d?.Dispose());
            throw;
        }
    }

    /// <summary>The topmost layer that has the directory.</summary>
    public FileDescriptor? Top => layers.FirstOrDefault(l => l is not null);

    /// <summary>The directory in one layer.</summary>
    public FileDescriptor? At(int layer) => layer < layers.Count ? layers[layer] : null;

    /// <summary>Whether it is made of the same folders as another: then all that is in them is the same.</summary>
    public bool IsOfTheSameLayersAs(MergedDirectory other) => Inodes().SequenceEqual(other.Inodes());

    /// <summary>Finds an entry; null where there is none, or a layer says that it is gone.</summary>
    public MergedEntry? Find(byte[] name)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i] is { } layer && TreeEntries.TryStatus(layer.Number, name) is { } status)
            {
                return status.IsWhiteout ? null : new MergedEntry(status, i);
            }
        }

        return null;
    }

    /// <summary>Opens a directory in it; null where the name is something else.</summary>
    public MergedDirectory? OpenDirectory(byte[] name)
    {
        var opened = new FileDescriptor?[layers.Count];
        bool any = false, over = false;
        try
        {
            for (int i = 0; i < layers.Count && !over; i++)
            {
                if (layers[i] is not { } layer || TreeEntries.TryStatus(layer.Number, name) is not { } status)
                {
                    continue;
                }

                if (!status.IsDirectory || (opened[i] = TreeEntries.TryOpenDirectory(layer.Number, name)) is not { } found)
                {
                    break;
                }

                any = true;
                over = IsOpaque(found);
            }
        }
        catch
        {
            Array.ForEach(opened, d => d?.Dispose());
            throw;
        }

        return any ? new MergedDirectory(opened) : null;
    }

    /// <summary>Opens a regular file for reading; null where it is none.</summary>
    public FileDescriptor? OpenFile(byte[] name, MergedEntry entry) => layers[entry.Layer] is { } layer ? TreeEntries.TryOpenFile(layer.Number, name) : null;

    /// <summary>Where a link leads; null where it is none.</summary>
    public byte[]? ReadLink(byte[] name, MergedEntry entry) => layers[entry.Layer] is { } layer ? TreeEntries.TryReadLink(layer.Number, name) : null;

    /// <summary>The extended attributes of an entry, without those that belong to the place.</summary>
    public List<(byte[] Name, byte[] Value)> Attributes(byte[] name, MergedEntry entry)
    {
        if (layers[entry.Layer] is not { } layer)
        {
            return [];
        }

        List<(byte[] Name, byte[] Value)> all = TreeEntries.Attributes(layer.Number, name);
        all.RemoveAll(a => !TreeAttributes.IsOfTheFile(a.Name));
        return all;
    }

    /// <summary>All entries, in the order of their names' bytes.</summary>
    public List<(byte[] Name, MergedEntry Entry)> Entries()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<(byte[] Name, MergedEntry Entry)> entries = [];
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i] is not { } layer)
            {
                continue;
            }

            // A descriptor of its own, as reading moves it.
            using FileDescriptor again = RootedFiles.OpenDirectory($"/proc/self/fd/{layer.Number}");
            while (TreeEntries.NextNames(again.Number, MostNames) is { Count: > 0 } names)
            {
                foreach (byte[] name in names)
                {
                    if (seen.Add(System.Text.Encoding.Latin1.GetString(name)) && TreeEntries.TryStatus(layer.Number, name) is { IsWhiteout: false } status)
                    {
                        entries.Add((name, new MergedEntry(status, i)));
                    }
                }
            }
        }

        entries.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return entries;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FileDescriptor? layer in layers)
        {
            layer?.Dispose();
        }
    }

    private List<(uint Major, uint Minor, ulong Inode)> Inodes() =>
        [.. layers.OfType<FileDescriptor>().Select(NodeStatusReader.Read).Select(s => (s.DeviceMajor, s.DeviceMinor, s.Inode))];

    private static bool IsOpaque(FileDescriptor directory) =>
        TreeEntries.Attributes(directory.Number).Exists(a => a.Name.AsSpan().SequenceEqual(OverlayMarks.Opaque) && a.Value.AsSpan().SequenceEqual("y"u8));
}
