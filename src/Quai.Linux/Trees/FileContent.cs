using System.Buffers;

namespace Quai.Linux.Trees;

/// <summary>The content of regular files.</summary>
public static class FileContent
{
    private const int Piece = 128 << 10;

    /// <summary>Copies it: shared where the file system can, and without holes otherwise. Somebody may cut the source short meanwhile.</summary>
    /// <param name="from">Open for reading.</param>
    /// <param name="to">Empty, open for writing.</param>
    /// <param name="path">What is copied, for errors.</param>
    /// <param name="cancellation">Stops between two pieces.</param>
    /// <exception cref="LinuxException">Something cannot be read or written.</exception>
    public static void Copy(FileDescriptor from, FileDescriptor to, string path, CancellationToken cancellation)
    {
        if (FileCalls.TryShareContent(from.Number, to.Number))
        {
            return;
        }

        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            // What is no data is left out: a hole of terabytes costs nothing.
            long at = 0;
            while (FileCalls.TryNextData(from.Number, at, out at, out long end))
            {
                Check(FileCalls.TrySeek(to.Number, at), "lseek", path);
                int count;
                while (at < end && (count = FileCalls.TryRead(from.Number, piece.AsSpan(0, (int)Math.Min(piece.Length, end - at)))) != 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Check(count < 0 ? -count : 0, "read", path);
                    Check(FileCalls.TryWrite(to.Number, piece.AsSpan(0, count)), "write", path);
                    at += count;
                }

                if (at < end)
                {
                    // Cut short meanwhile.
                    break;
                }
            }

            Check(FileCalls.TryTruncate(to.Number, (long)NodeStatusReader.Read(from).Size), "ftruncate", path);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static void Check(int errno, string call, string path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path);
        }
    }
}
