using System.Text;
using Quai.Errors;
using Quai.Images.Content;
using Quai.Images.Registry;
using Quai.Oci.Images;
using Quai.Trust;

namespace Quai.Images.Trust;

/// <summary>
/// Signatures in a registry as cosign keeps them (its <c>SIGNATURE_SPEC.md</c>): an image whose layers are the signed payloads, with the signatures as
/// annotations, under the tag <c>sha256-HEX.sig</c> or as a referrer of what is signed.
/// </summary>
internal sealed class RemoteSignatures(RegistryRepository repository, BlobStore blobs)
{
    /// <summary>What a referrer that is a signature image says of itself.</summary>
    public const string ArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";

    private const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    // Far more than anybody has, so that a registry cannot keep us busy.
    private const int MaxSignatures = 128, MaxReferrers = 64, MaxPayload = 64 << 10;

    private static string TagOf(Digest signed) => $"{signed.Algorithm}-{signed.Hex}.sig";

    /// <summary>All signatures of a manifest. Nothing is said of their worth.</summary>
    public async Task<IReadOnlyList<ImageSignature>> ListAsync(Digest signed, CancellationToken cancellation)
    {
        List<ImageSignature> found = [];
        if (await FindAsync(TagOf(signed), cancellation).ConfigureAwait(false) is { } tagged)
        {
            await ReadAsync(tagged, found, cancellation).ConfigureAwait(false);
        }

        IReadOnlyList<Descriptor> referrers = await repository.ReferrersAsync(signed, ArtifactType, cancellation).ConfigureAwait(false);
        foreach (Descriptor referrer in referrers.Take(MaxReferrers))
        {
            if (await FindAsync(referrer.Digest, cancellation).ConfigureAwait(false) is { } manifest)
            {
                await ReadAsync(manifest, found, cancellation).ConfigureAwait(false);
            }
        }

        return found;
    }

    /// <summary>Adds a signature: to those under the tag, or as a referrer of its own.</summary>
    /// <param name="signed">The manifest that was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="asReferrer">By the subject of the signature's manifest, not by a tag.</param>
    /// <param name="cancellation">Stops the upload.</param>
    public async Task AddAsync(Digest signed, ImageSignature signature, bool asReferrer, CancellationToken cancellation)
    {
        RegistryRepository.FetchedManifest subject = await repository.GetManifestAsync(signed.ToString(), cancellation).ConfigureAwait(false);
        Descriptor payload = await UploadAsync(signature.Payload, SimpleSigning.MediaType, cancellation).ConfigureAwait(false);
        payload = payload with { Annotations = new() { [SignatureAnnotation] = Convert.ToBase64String(signature.Signature) } };
        List<Descriptor> layers = asReferrer || await FindAsync(TagOf(signed), cancellation).ConfigureAwait(false) is not { } before ? [] : [.. before.Layers!];
        if (layers.Exists(l => l.Digest == payload.Digest && l.Annotations?.GetValueOrDefault(SignatureAnnotation) == payload.Annotations[SignatureAnnotation]))
        {
            return;
        }

        layers.Add(payload);
        string diffIds = string.Join(',', layers.Select(l => $"\"{l.Digest}\""));
        byte[] config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"","created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z"}],"os":"","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]},"config":{}}""");
        Descriptor configuration = await UploadAsync(config, MediaTypes.OciConfig, cancellation).ConfigureAwait(false);
        var manifest = new Manifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Config = configuration, Layers = layers };
        if (!asReferrer)
        {
            await repository.PutManifestAsync(TagOf(signed), ImageJson.Write(manifest), MediaTypes.OciManifest, cancellation).ConfigureAwait(false);
            return;
        }

        manifest = manifest with
        {
            ArtifactType = ArtifactType, Subject = new Descriptor { MediaType = subject.MediaType, Digest = signed.ToString(), Size = subject.Bytes.Length },
        };
        byte[] bytes = ImageJson.Write(manifest);
        var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(bytes).ToString(), Size = bytes.Length, ArtifactType = ArtifactType };
        await repository.PutReferrerAsync(signed, descriptor, bytes, cancellation).ConfigureAwait(false);
    }

    private async Task<Manifest?> FindAsync(string reference, CancellationToken cancellation)
    {
        try
        {
            RegistryRepository.FetchedManifest fetched = await repository.GetManifestAsync(reference, cancellation).ConfigureAwait(false);
            return MediaTypes.IsManifest(fetched.MediaType) ? ImageJson.ReadManifest(fetched.Bytes) : null;
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task ReadAsync(Manifest manifest, List<ImageSignature> found, CancellationToken cancellation)
    {
        foreach (Descriptor layer in manifest.Layers!)
        {
            if (found.Count < MaxSignatures && layer.MediaType == SimpleSigning.MediaType && layer.Size <= MaxPayload
                && layer.Annotations?.GetValueOrDefault(SignatureAnnotation) is { } text && Decode(text) is { } signature)
            {
                using IngestFile file = blobs.Begin();
                file.Reset(Digest.Parse(layer.Digest).AlgorithmName);
                await repository.DownloadAsync(layer, file, static _ => { }, static _ => { }, static () => { }, cancellation, "signature").ConfigureAwait(false);
                found.Add(new ImageSignature(await File.ReadAllBytesAsync(file.FilePath, cancellation).ConfigureAwait(false), signature));
            }
        }
    }

    private static byte[]? Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? bytes[..length] : null;
    }

    private async Task<Descriptor> UploadAsync(byte[] content, string mediaType, CancellationToken cancellation)
    {
        Digest digest = Digest.Of(content);
        var descriptor = new Descriptor { MediaType = mediaType, Digest = digest.ToString(), Size = content.Length };
        if (!await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            using IngestFile file = blobs.Begin();
            file.Write(content);
            await repository.UploadAsync(descriptor, file.FilePath, null, static _ => { }, static _ => { }, cancellation).ConfigureAwait(false);
        }

        return descriptor;
    }
}
