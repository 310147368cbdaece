using Quai.Linux.Trees;

namespace Quai.Engine.Logs.Reading;

/// <summary>The files of a json-file log: PATH is written to, PATH.1 or PATH.1.gz was before it, and so on.</summary>
internal static class LogFiles
{
    /// <summary>Opens all files, oldest first. The newest is opened first: a rotation meanwhile then shows a file twice, which is detected, rather than never.</summary>
    public static List<OpenLog> OpenAll(string path)
    {
        List<OpenLog> files = [];
        var seen = new HashSet<(ulong, long)>();
        for (int i = 0; ; i++)
        {
            OpenLog? file = Open(path, i);
            if (file is null && i > 0)
            {
                break;
            }

            if (file is not null && seen.Add(file.Identity))
            {
                files.Add(file);
            }
            else
            {
                file?.Dispose();
            }
        }

        files.Reverse();
        return files;
    }

    /// <summary>The files written after one that is open, oldest first; empty when it is still the newest.</summary>
    public static List<OpenLog> OpenNewer(string path, (ulong, long) than)
    {
        List<OpenLog> files = OpenAll(path);
        int at = files.FindIndex(f => f.Identity == than);
        files[..(at + 1)].ForEach(f => f.Dispose());
        return files[(at + 1)..];
    }

    /// <summary>Whether the newest file differs from the open one.</summary>
    public static bool Rotated(string path, OpenLog open) => NodeStatusReader.TryRead(path) is { } now && (open.IsPacked || now.Inode != open.Identity.Inode);

    /// <summary>Keeps only the last lines: closes files before them, and positions the first one kept.</summary>
    /// <param name="files">Oldest first; shortened.</param>
    /// <param name="lines">How many lines.</param>
    public static void SkipToTail(List<OpenLog> files, long lines)
    {
        byte[] block = new byte[32 << 10];
        long left = lines;
        for (int i = files.Count - 1; i >= 0; i--)
        {
            long end = RandomAccess.GetLength(files[i].Handle);
            long position = end;
            while (position > 0)
            {
                int size = (int)Math.Min(block.Length, position);
                int got = RandomAccess.Read(files[i].Handle, block.AsSpan(0, size), position - size);
                for (int at = got - 1; at >= 0; at--)
                {
                    // A newline ends a line: the first wanted line begins after the newline before it.
                    if (block[at] == '\n' && position - size + at + 1 != end && --left == 0)
                    {
                        files[i].Position = position - size + at + 1;
                        files[..i].ForEach(f => f.Dispose());
                        files.RemoveRange(0, i);
                        return;
                    }
                }

                position -= size;
            }

            if (end > 0 && --left == 0)
            {
                files[..i].ForEach(f => f.Dispose());
                files.RemoveRange(0, i);
                return;
            }
        }
    }

    // The newest is never compressed; another may become it between the two attempts.
    private static OpenLog? Open(string path, int number) =>
        number == 0 ? OpenLog.TryOpen(path, packed: false) : OpenLog.TryOpen($"{path}.{number}", packed: false) ?? OpenLog.TryOpen($"{path}.{number}.gz", packed: true);
}
