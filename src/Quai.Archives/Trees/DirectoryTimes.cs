using Quai.Linux;

namespace Quai.Archives;

/// <summary>
/// Times of directories named in an archive, which are set when everything in them has been created. Only a bounded number of directories is remembered: if
/// there are too many, those that are not parents of the current position are set at once, since archives are ordered by directory.
/// </summary>
/// <param name="set">Sets the times of the directory at a path if it is still the one with this inode.</param>
internal sealed class DirectoryTimes(Action<byte[], ulong, FileTimes> set)
{
    /// <summary>
    /// More than a path has parts, so that most can always be dropped.
    /// </summary>
    internal const int Most = 2 * TarEntry.LongestName;

    private readonly List<(byte[] Path, ulong Inode, FileTimes Times)> _pending = [];

    /// <summary>Remembers a directory's times.</summary>
    /// <param name="path">Absolute, without a slash at its end.</param>
    /// <param name="inode">Identifies whether it is still the same directory at the end.</param>
    /// <param name="times">The times.</param>
    public void Add(byte[] path, ulong inode, in FileTimes times)
    {
        if (_pending.Count == Most)
        {
            SetAllBut(path);
        }

        _pending.Add((path, inode, times));
    }

    /// <summary>Sets all remembered times.</summary>
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

        // If an archive names one path repeatedly, the last entry counts.
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
