namespace Quai.Linux;

/// <summary>Paths of single entries by the descriptor of their directory, for calls that take nothing but a path.</summary>
internal static class EntryPath
{
    /// <summary>As long as one can be: <c>/proc/self/fd/</c>, a number, a slash, the longest name, its end.</summary>
    public const int MaximumLength = 320;

    /// <summary>Writes one with its NUL.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="directory">The open directory.</param>
    /// <param name="entry">A single component, without a NUL.</param>
    /// <returns>False where it does not fit.</returns>
    public static bool TryWrite(Span<byte> path, int directory, ReadOnlySpan<byte> entry)
    {
        "/proc/self/fd/"u8.CopyTo(path);
        int length = "/proc/self/fd/".Length;
        directory.TryFormat(path[length..], out int digits);
        length += digits;
        if (length + entry.Length + 2 > path.Length)
        {
            return false;
        }

        path[length++] = (byte)'/';
        entry.CopyTo(path[length..]);
        path[length + entry.Length] = 0;
        return true;
    }
}
