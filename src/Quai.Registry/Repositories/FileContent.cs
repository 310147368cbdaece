using System.Globalization;
using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Quai.Registry.Repositories;

/// <summary>A request body that is a part of a file; it can be sent again.</summary>
/// <param name="path">The file.</param>
/// <param name="offset">Where the part begins.</param>
/// <param name="count">Its bytes.</param>
/// <param name="progress">Receives the number of its bytes sent so far.</param>
/// <param name="alive">Called whenever some were sent, with true for the last.</param>
internal sealed class FileContent(string path, long offset, long count, Action<long> progress, Action<bool> alive) : HttpContent
{
    private const int BufferSize = 64 * 1024;

    /// <summary>States which part it is, in the form that registries accept (<c>0-99</c>, without unit and total).</summary>
    public FileContent WithRange(long from, long length)
    {
        Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{from}-{from + length - 1}"));
        return this;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        byte[] buffer = new byte[BufferSize];
        for (long done = 0; done < count;)
        {
            int read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(BufferSize, count - done)), offset + done, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException($"{path} is shorter than it was");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            done += read;
            alive(done == count);
            progress(done);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }
}
