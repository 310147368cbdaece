using System.Globalization;
using Quai.Linux;

namespace Quai.Content.Unpack;

/// <summary>
/// What a layer's later entries replaced, put aside and removed together when everything is unpacked. If each were removed at once, it would slow creating
/// the next: ext4 skips recently freed inodes one by one, so that unpacking a layer of overwritten entries took time quadratic in their number.
/// </summary>
/// <param name="folder">A folder that does not exist, next to the layer's on the same file system; created when first needed, and removed at the end.</param>
internal sealed unsafe class Overwritten(string folder) : IDisposable
{
    private FileDescriptor? _folder;
    private long _count;

    /// <summary>Moves an entry of a directory away with everything in it.</summary>
    /// <returns>0 or an error number.</returns>
    public int TryTake(int directory, byte* name)
    {
        if (_folder is null)
        {
            FileCalls.MakeDirectory(FileCalls.AT_FDCWD, folder, 0x1c0);
            _folder = FileCalls.OpenDirectory(folder);
        }

        Span<byte> number = stackalloc byte[24];
        number.Clear();
        _ = _count++.TryFormat(number, out _, provider: CultureInfo.InvariantCulture);
        fixed (byte* n = number)
        {
            return FileCalls.TryRename(directory, name, _folder.Number, n);
        }
    }

    /// <summary>Removes everything that was moved here.</summary>
    public void Dispose()
    {
        if (_folder is not null)
        {
            _folder.Dispose();
            _folder = null;
            using FileDescriptor parent = FileCalls.OpenDirectory(Path.GetDirectoryName(folder)!);
            FileCalls.RemoveTree(parent.Number, Path.GetFileName(folder));
        }
    }
}
