using System.Security.Cryptography;
using Quai.Content.Blobs;
using Quai.Oci.Images;
using Quai.Registry.Repositories;

namespace Quai.Images;

/// <summary>Adapts an ingest file as the target of a registry download: registries and content know nothing of each other.</summary>
internal sealed class IngestSink(IngestFile file) : IBlobSink
{
    public long Length => file.Length;

    public void Write(ReadOnlySpan<byte> data) => file.Write(data);

    public void Reset(HashAlgorithmName algorithm) => file.Reset(algorithm);

    public Digest Digest() => file.Digest();
}
