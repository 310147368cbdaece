using System.Globalization;
using Quai.Linux;

namespace Quai.Content.Unpack;

/// <summary>
/// What a layer's later entries took the place of, put aside and removed together when all is unpacked. Removed at once, each would slow the making of
/// the next: ext4 passes over inodes that were freed a moment ago, one by one, so that a layer of overwritten entries took the square of their number.
/// </summary>
/// <param name="folder">A folder that does not exist, beside the layer's on the same file system; made when it is first needed, and gone at the end.</param>
internal sealed unsafe class Overwritten(string folder) : IDisposable
{
    private FileDescriptor? _folder;
    private long _count;

    /// <summary>Takes an entry of a directory away with all that is in it.</summary>
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

    /// <summary>Removes all that was taken.</summary>
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
