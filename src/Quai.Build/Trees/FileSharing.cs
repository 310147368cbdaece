using Quai.Build.Layers;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>
/// Which files of other layers may be named again in a layer that is being written: the same in all, and at no other place of the tree. Within one copy, names that were
/// one file's stay so.
/// </summary>
/// <param name="files">Which files layers have.</param>
/// <param name="below">The layers below the one that is being written.</param>
internal sealed class FileSharing(LayerFiles files, LayerStack below)
{
    private readonly Dictionary<ulong, object> _named = [];

    /// <summary>Whether a file may be named, and that it is then.</summary>
    /// <param name="file">The file.</param>
    /// <param name="copy">The copy to which it belongs.</param>
    public bool TryName(in NodeStatus file, object copy) =>
        _named.TryGetValue(file.Inode, out object? first) ? first == copy : !files.Has(below.Layers, file.Inode) && _named.TryAdd(file.Inode, copy);
}
