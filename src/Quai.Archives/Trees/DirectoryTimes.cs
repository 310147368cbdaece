using Quai.Linux;

namespace Quai.Archives;

/// <summary>
/// Times of directories that an archive names, which are set when all is made in them. Of any number of directories a bounded number is remembered: when
/// there are too many, those that do not lead to where the archive is are set at once, since archives come directory by directory.
/// </summary>
/// <param name="set">Sets the times of the directory at a path if it is still the one with this inode.</param>
internal sealed class DirectoryTimes(Action<byte[], ulong, FileTimes> set)
{
    /// <summary>
    /// More than a path has parts, so that most can always be let go.
    /// </summary>
    internal const int Most = 2 * TarEntry.LongestName;

    private readonly List<(byte[] Path, ulong Inode, FileTimes Times)> _pending = [];

    /// <summary>Remembers a directory's times.</summary>
    /// <param name="path">Absolute, without a slash at its end.</param>
    /// <param name="inode">Tells whether it is still the same at the end.</param>
    /// <param name="times">The times.</param>
    public void Add(byte[] path, ulong inode, in FileTimes times)
    {
        if (_pending.Count == Most)
        {
            SetAllBut(path);
        }

        _pending.Add((path, inode, times));
    }

    /// <summary>Sets all that are remembered.</summary>
    public void Finish() => SetAllBut(default);

    private void SetAllBut(ReadOnlySpan<byte> current)
    {
        int kept = 0;
        for (int i = 0; i < _pending.Count; i++)
        {
            (byte[] path, ulong inode, FileTimes times) = _pending[i];
            if (current.Length > path.Length && current[path.Length] == '/' && current.StartsWith(path))
            {
                _pending[kept++] = _pending[i];
            }
            else
            {
                set(path, inode, times);
            }
        }

        _pending.RemoveRange(kept, _pending.Count - kept);

        // An archive that names one path again and again: the last word counts.
        if (kept > Most / 2)
        {
            Dictionary<int, int> last = [];
            for (int i = 0; i < kept; i++)
            {
                last[_pending[i].Path.Length] = i;
            }

            _pending.RemoveAll(p => _pending[last[p.Path.Length]].Path != p.Path);
        }
    }
}
