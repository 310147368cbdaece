using System.Collections.Concurrent;
using System.Security.Cryptography;
using Quai.Archives;
using Quai.Oci.Images;

namespace Quai.Content.Layers;

/// <summary>Digests what is written to it on another thread, so that the writer reads on meanwhile. The same few buffers go to and fro.</summary>
internal sealed class DigestStream : WriteOnlyStream
{
    private const int Buffers = 4, BufferSize = 256 << 10;

    private readonly BlockingCollection<ArraySegment<byte>> _filled = new(Buffers);
    private readonly BlockingCollection<byte[]> _free = new(Buffers);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Task _digesting;
    private readonly Stream? _copy;
    private byte[] _buffer = new byte[BufferSize];
    private int _used;

    /// <summary>Begins.</summary>
    /// <param name="copy">Gets all of it, too; null for nobody.</param>
    public DigestStream(Stream? copy = null)
    {
        _copy = copy;
        for (int i = 1; i < Buffers; i++)
        {
            _free.Add(new byte[BufferSize]);
        }

        _digesting = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Bytes that were written.</summary>
    public long Written { get; private set; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Written += buffer.Length;
        _copy?.Write(buffer);
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, BufferSize - _used);
            buffer[..count].CopyTo(_buffer.AsSpan(_used));
            _used += count;
            buffer = buffer[count..];
            if (_used == BufferSize)
            {
                _filled.Add(new(_buffer, 0, _used));
                _buffer = _free.Take();
                _used = 0;
            }
        }
    }

    /// <summary>The digest of all that was written; nothing may be written any more.</summary>
    public async Task<Digest> CompleteAsync()
    {
        _filled.Add(new(_buffer, 0, _used));
        _filled.CompleteAdding();
        await _digesting.ConfigureAwait(false);
        return Digest.FromSha256(_hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _filled.CompleteAdding();
            _digesting.GetAwaiter().GetResult();
            _filled.Dispose();
            _free.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Run()
    {
        foreach (ArraySegment<byte> filled in _filled.GetConsumingEnumerable())
        {
            _hash.AppendData(filled);
            _free.Add(filled.Array!);
        }
    }
}
