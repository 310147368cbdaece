using System.Text;

namespace Quai.Images.Archives;

/// <summary>Writes a plain ustar archive of files with short ASCII names, owned by root and of 1970: the same input gives the same bytes.</summary>
internal sealed class TarWriter(Stream output)
{
    private const int BlockSize = 512;
    private const long LargestOctal = 0x1_ffff_ffff;

    private static readonly byte[] Zeros = new byte[BlockSize * 2];

    public Task AddDirectoryAsync(string name, CancellationToken cancellation) => WriteHeaderAsync(name, 0, directory: true, cancellation);

    public async Task AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await WriteHeaderAsync(name, content.Length, directory: false, cancellation).ConfigureAwait(false);
        await output.WriteAsync(content, cancellation).ConfigureAwait(false);
        await PadAsync(content.Length, cancellation).ConfigureAwait(false);
    }

    public async Task AddFileAsync(string name, string path, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        await WriteHeaderAsync(name, file.Length, directory: false, cancellation).ConfigureAwait(false);
        await file.CopyToAsync(output, 1 << 18, cancellation).ConfigureAwait(false);
        await PadAsync(file.Length, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes the two blocks that end an archive.</summary>
    public async Task FinishAsync(CancellationToken cancellation) => await output.WriteAsync(Zeros, cancellation).ConfigureAwait(false);

    private async Task WriteHeaderAsync(string name, long size, bool directory, CancellationToken cancellation)
    {
        byte[] header = new byte[BlockSize];

        // A name too long for its field (that of a sha512 blob) has its folder in the prefix's.
        int slash = name.Length > 100 ? name.LastIndexOf('/') : -1;
        Encoding.ASCII.GetBytes(name.AsSpan(slash + 1), header.AsSpan(0, 100));
        Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Max(0, slash)), header.AsSpan(345, 155));
        Octal(header.AsSpan(100, 8), directory ? 0x1ed : 0x1a4);
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        if (size <= LargestOctal)
        {
            Octal(header.AsSpan(124, 12), size);
        }
        else
        {
            header[124] = 0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128, 8), size);
        }

        Octal(header.AsSpan(136, 12), 0);
        header[156] = directory ? (byte)'5' : (byte)'0';
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
        {
            sum += value;
        }

        Octal(header.AsSpan(148, 7), sum);
        await output.WriteAsync(header, cancellation).ConfigureAwait(false);
    }

    private async Task PadAsync(long size, CancellationToken cancellation) =>
        await output.WriteAsync(Zeros.AsMemory(0, (int)(-size & (BlockSize - 1))), cancellation).ConfigureAwait(false);

    private static void Octal(Span<byte> field, long value)
    {
        field[^1] = 0;
        for (int i = field.Length - 2; i >= 0; i--)
        {
            field[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }
    }
}
