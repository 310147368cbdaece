using System.Runtime.CompilerServices;
using Quai.Archives;
using Quai.Build.Layers;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>
/// What one tree has other than another, as one layer in overlayfs's form: upon the one it shows the other. Files are not copied but named again, and folders that both
/// trees have of the same layers are not looked into.
/// </summary>
internal sealed class TreeDifference
{
    private readonly TreeCopy _copy;
    private readonly CancellationToken _cancellation;

    private TreeDifference(FileSharing sharing, CancellationToken cancellation)
    {
        _copy = new TreeCopy(CopyChanges.None, sharing, cancellation);
        _cancellation = cancellation;
    }

    /// <summary>Makes the layer.</summary>
    /// <param name="layers">Where it is made.</param>
    /// <param name="lower">The tree upon which it is to show the other.</param>
    /// <param name="upper">The tree that it is to show.</param>
    /// <param name="below">The layers upon which it is put: none of their files gets another name in it.</param>
    /// <param name="cancellation">Stops; nothing is left.</param>
    /// <returns>The layer; null where there is no difference.</returns>
    /// <exception cref="LinuxException">A file cannot be read or written.</exception>
    public static async Task<BuildLayer?> MakeAsync(LayerStore layers, LayerStack lower, LayerStack upper, LayerStack below, CancellationToken cancellation)
    {
        await using WritableLayer made = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        bool any = false;
        await DeepThread.RunAsync(
            "files",
            () =>
            {
                using MergedDirectory old = new MergedTree(lower).OpenRoot(), now = new MergedTree(upper).OpenRoot(), root = MergedDirectory.Root([made.Directory]);
                var place = new Place(root);
                new TreeDifference(new FileSharing(layers.Files, below), cancellation).Directory(old, now, place, "");
                any = place.IsOpen;
            }).ConfigureAwait(false);
        return any ? (await made.SealAsync(cancellation).ConfigureAwait(false)).Layers[^1] : null;
    }

    private void Directory(MergedDirectory old, MergedDirectory now, Place place, string path)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (now.IsOfTheSameLayersAs(old))
        {
            return;
        }

        Dictionary<string, (byte[] Name, MergedEntry Entry)> gone = old.Entries().ToDictionary(e => Key(e.Name));
        foreach ((byte[] name, MergedEntry entry) in now.Entries())
        {
            _cancellation.ThrowIfCancellationRequested();
            string inner = $"{path}/{MergedTree.Text(name)}";
            if (!gone.Remove(Key(name), out (byte[] Name, MergedEntry Entry) before))
            {
                _copy.Copy(now, name, place.Open(), name, inner);
            }
            else if (entry.Status.IsDirectory && before.Entry.Status.IsDirectory)
            {
                using MergedDirectory from = Opened(old, name, inner), to = Opened(now, name, inner);
                using var below = new Place(place, name, inner);
                Directory(from, to, below, inner);
                if (below.IsOpen || !IsSame(old, now, name, before.Entry, entry))
                {
                    // What was put in changed its time.
                    _copy.Finish(to, below.Open(), inner);
                }
            }
            else if (!IsSame(old, now, name, before.Entry, entry))
            {
                _copy.Copy(now, name, place.Open(), name, inner);
            }
        }

        foreach ((byte[] name, _) in gone.Values)
        {
            UpperLayer.Hide(place.Open().At(0)!, name, $"{path}/{MergedTree.Text(name)}", now.Top is { } top ? TreeAttributes.Times(NodeStatusReader.Read(top)) : null);
        }

        if (path.Length == 0 && place.IsOpen && now.Top is not null)
        {
            _copy.Finish(now, place.Open(), "/");
        }
    }

    /// <summary>Whether an entry is the same in both trees. As everywhere in this field, a file of the same size and time is; where there is no more than a second's time, its content tells.</summary>
    private bool IsSame(MergedDirectory old, MergedDirectory now, byte[] name, MergedEntry before, MergedEntry entry)
    {
        NodeStatus was = before.Status, status = entry.Status;
        if (was.Inode == status.Inode && was.DeviceMajor == status.DeviceMajor && was.DeviceMinor == status.DeviceMinor)
        {
            return true;
        }

        if (was.Mode != status.Mode || was.Uid != status.Uid || was.Gid != status.Gid || was.NodeMajor != status.NodeMajor || was.NodeMinor != status.NodeMinor
            || was.ModifiedSeconds != status.ModifiedSeconds || was.ModifiedNanoseconds != status.ModifiedNanoseconds || (!status.IsDirectory && was.Size != status.Size))
        {
            return false;
        }

        return HasSameAttributes(old.Attributes(name, before), now.Attributes(name, entry))
            && (!status.IsLink || (old.ReadLink(name, before) ?? []).AsSpan().SequenceEqual(now.ReadLink(name, entry)))
            && (!status.IsRegular || status.ModifiedNanoseconds != 0 || HasSameContent(old, now, name, before, entry));
    }

    private static bool HasSameAttributes(List<(byte[] Name, byte[] Value)> one, List<(byte[] Name, byte[] Value)> other) =>
        one.Count == other.Count && one.TrueForAll(a => other.Exists(b => a.Name.AsSpan().SequenceEqual(b.Name) && a.Value.AsSpan().SequenceEqual(b.Value)));

    private bool HasSameContent(MergedDirectory old, MergedDirectory now, byte[] name, MergedEntry before, MergedEntry entry)
    {
        using FileDescriptor? one = old.OpenFile(name, before), other = now.OpenFile(name, entry);
        if (one is null || other is null)
        {
            return false;
        }

        using DescriptorStream a = new(one), b = new(other);
        byte[] x = new byte[1 << 16], y = new byte[1 << 16];
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            int read = a.ReadAtLeast(x, x.Length, throwOnEndOfStream: false);
            if (b.ReadAtLeast(y, y.Length, throwOnEndOfStream: false) != read || !x.AsSpan(0, read).SequenceEqual(y.AsSpan(0, read)))
            {
                return false;
            }

            if (read < x.Length)
            {
                return true;
            }
        }
    }

    private static MergedDirectory Opened(MergedDirectory parent, byte[] name, string path) => parent.OpenDirectory(name) ?? throw new LinuxException("open", Errno.ENOENT, path);

    private static string Key(byte[] name) => System.Text.Encoding.Latin1.GetString(name);

    /// <summary>A folder of the layer, which is made when something is put into it.</summary>
    private sealed class Place : IDisposable
    {
        private readonly Place? _parent;
        private readonly byte[] _name = [];
        private readonly string _path = "";
        private readonly MergedDirectory? _root;
        private MergedDirectory? _opened;
        private bool _isUsed;

        public Place(MergedDirectory root) => _root = root;

        public Place(Place parent, byte[] name, string path) => (_parent, _name, _path) = (parent, name, path);

        public bool IsOpen => _isUsed;

        public MergedDirectory Open()
        {
            _isUsed = true;
            return _root ?? (_opened ??= UpperLayer.Enter(_parent!.Open(), _name, _path, out _));
        }

        public void Dispose() => _opened?.Dispose();
    }
}
