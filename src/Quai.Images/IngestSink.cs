using System.Security.Cryptography;
using Quai.Content.Blobs;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images;

/// <summary>An ingest file as what a registry's blob is downloaded to: registries and content know nothing of each other.</summary>
internal sealed class IngestSink(IngestFile file) : IBlobSink
{
    public long Length => file.Length;

    public void Write(ReadOnlySpan<byte> data) => file.Write(data);

    public void Reset(HashAlgorithmName algorithm) => file.Reset(algorithm);

    public Digest Digest() => file.Digest();
}
