using System.Security.Cryptography;
using Quai.Oci.Images;

namespace Quai.Registry.Repositories;

/// <summary>Where a blob is downloaded to: written from front to back and hashed on the way. It may hold the blob's beginning already.</summary>
public interface IBlobSink
{
    /// <summary>Bytes that it holds.</summary>
    long Length { get; }

    /// <summary>Adds bytes at the end.</summary>
    void Write(ReadOnlySpan<byte> data);

    /// <summary>Throws away what it holds, and hashes with another algorithm from then on if need be.</summary>
    void Reset(HashAlgorithmName algorithm);

    /// <summary>The digest of what it holds.</summary>
    Digest Digest();
}
