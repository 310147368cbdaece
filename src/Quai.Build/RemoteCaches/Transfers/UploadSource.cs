using Microsoft.Win32.SafeHandles;

namespace Quai.Build.RemoteCaches.Transfers;

/// <summary>What is uploaded: a file, or bytes. Pieces of it can be had again and again, for another attempt.</summary>
internal abstract class UploadSource
{
    /// <summary>How much there is, in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>A file, which does not change meanwhile.</summary>
    public static UploadSource OfFile(string path) => new FileSource(path);

    /// <summary>Bytes.</summary>
    public static UploadSource Of(ReadOnlyMemory<byte> bytes) => new ByteSource(bytes);

    /// <summary>A piece as the content of a request.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">How long it is, in bytes.</param>
    public abstract HttpContent Piece(long offset, long length);

    /// <summary>All of it as the content of a request.</summary>
    public HttpContent All() => Piece(0, Length);

    /// <summary>Where pieces of a given size begin, and how long they are.</summary>
    public IEnumerable<(long Offset, long Length)> Pieces(long size)
    {
        for (long offset = 0; offset < Length; offset += size)
        {
            yield return (offset, Math.Min(size, Length - offset));
        }
    }

    private sealed class ByteSource(ReadOnlyMemory<byte> bytes) : UploadSource
    {
        public override long Length => bytes.Length;

        public override HttpContent Piece(long offset, long length) => new ReadOnlyMemoryContent(bytes.Slice((int)offset, (int)length));
    }

    private sealed class FileSource(string path) : UploadSource
    {
        public override long Length { get; } = new FileInfo(path).Length;

        public override HttpContent Piece(long offset, long length) => new FilePiece(path, offset, length);
    }

    private sealed class FilePiece(string path, long offset, long length) : HttpContent
    {
        private const int Step = 1 << 18;

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken)
        {
            using SafeFileHandle file = File.OpenHandle(path, options: FileOptions.Asynchronous);
            byte[] buffer = new byte[Math.Min(Step, length)];
            for (long done = 0; done < length;)
            {
                int count = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - done)), offset + done, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new EndOfStreamException($"{path} has become shorter");
                }

                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                done += count;
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
