using System.Security.Cryptography;
using Quai.Oci.Images;

namespace Quai.Registry.Repositories;

/// <summary>A small blob downloaded into memory.</summary>
internal sealed class MemorySink : IBlobSink, IDisposable
{
    private readonly MemoryStream _bytes = new();
    private IncrementalHash _hash;

    public MemorySink(HashAlgorithmName algorithm) => _hash = IncrementalHash.CreateHash(algorithm);

    public long Length => _bytes.Length;

    public void Write(ReadOnlySpan<byte> data)
    {
        _hash.AppendData(data);
        _bytes.Write(data);
    }

    public void Reset(HashAlgorithmName algorithm)
    {
        _hash.Dispose();
        _hash = IncrementalHash.CreateHash(algorithm);
        _bytes.SetLength(0);
    }

    public Digest Digest() => Oci.Images.Digest.FromHash(_hash.AlgorithmName, _hash.GetCurrentHash());

    public byte[] ToArray() => _bytes.ToArray();

    public void Dispose() => _hash.Dispose();
}
