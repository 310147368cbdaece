using System.Security.Cryptography;
using Quai.Oci.Images;

namespace Quai.Registry.Repositories;

/// <summary>The target of a blob download: written from front to back and hashed on the way. It may already hold the blob's beginning.</summary>
public interface IBlobSink
{
    /// <summary>Bytes that it holds.</summary>
    long Length { get; }

    /// <summary>Adds bytes at the end.</summary>
    void Write(ReadOnlySpan<byte> data);

    /// <summary>Discards what it holds, and hashes with another algorithm from then on if need be.</summary>
    void Reset(HashAlgorithmName algorithm);

    /// <summary>The digest of what it holds.</summary>
    Digest Digest();
}
