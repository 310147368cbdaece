using Quai.Linux.Trees;

namespace Quai.Build.Layers;

/// <summary>
/// Which files layers have, by their inodes. A tree may have a file once: were it there twice, programs would take both for names of one file, and a copy that they make
/// would be changed in both places. Layers never change, so what was read of one is kept for a while.
/// </summary>
internal sealed class LayerFiles
{
    /// <summary>How many files are remembered, of all layers: 8 bytes each.</summary>
    private const int MostFiles = 500_000;

    private readonly LinkedList<(string Directory, ulong[] Inodes)> _recent = [];
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>Whether one of the layers has a file.</summary>
    public bool Has(IEnumerable<BuildLayer> layers, ulong inode) => layers.Any(l => Array.BinarySearch(Of(l), inode) >= 0);

    /// <summary>Whether a layer has a file that one of the others has.</summary>
    public bool Share(BuildLayer layer, IReadOnlyList<BuildLayer> others) => Of(layer).Any(inode => Has(others, inode));

    private ulong[] Of(BuildLayer layer)
    {
        lock (_gate)
        {
            for (LinkedListNode<(string Directory, ulong[] Inodes)>? node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Directory == layer.Directory)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Inodes;
                }
            }
        }

        ulong[] found = TreeInodes.Of(layer.Directory);
        lock (_gate)
        {
            _recent.AddFirst((layer.Directory, found));
            _count += found.Length;
            while (_count > MostFiles && _recent.Count > 1)
            {
                _count -= _recent.Last!.Value.Inodes.Length;
                _recent.RemoveLast();
            }
        }

        return found;
    }
}
