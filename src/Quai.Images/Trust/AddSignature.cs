using System.Text;
using Quai.Content.Blobs;
using Quai.Errors;
using Quai.Oci.Images;
using Quai.Registry;
using Quai.Registry.Repositories;
using Quai.Trust;

namespace Quai.Images.Trust;

/// <summary>Stores a signature beside an image in its registry.</summary>
internal sealed class AddSignature(RegistryClient client, BlobStore blobs)
{
    public async Task RunAsync(string repository, Digest signed, ImageSignature signature, bool asReferrer, RegistryAuth? auth, CancellationToken cancellation)
    {
        ImageReference image = ImageReference.Parse(repository);
        Digest said = SimpleSigning.Read(signature.Payload).Digest;
        if (said != signed)
        {
            throw QuaiException.Invalid($"the signature is of {said}, not of {signed}");
        }

        RegistryRepository writable = await client.OpenToWriteAsync(image, auth, [], cancellation).ConfigureAwait(false);
        await PutAsync(writable, signed, signature, asReferrer, cancellation).ConfigureAwait(false);
    }

    /// <summary>Adds a signature: to those under the tag, or as a separate referrer.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="signed">The manifest that was signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="asReferrer">By the subject of the signature's manifest, not by a tag.</param>
    /// <param name="cancellation">Stops the upload.</param>
    private async Task PutAsync(RegistryRepository repository, Digest signed, ImageSignature signature, bool asReferrer, CancellationToken cancellation)
    {
        FetchedManifest subject = await repository.GetManifestAsync(signed.ToString(), cancellation).ConfigureAwait(false);
        Descriptor payload = await UploadAsync(repository, signature.Payload, SimpleSigning.MediaType, cancellation).ConfigureAwait(false);
        payload = payload with { Annotations = new() { [RemoteSignatures.SignatureAnnotation] = Convert.ToBase64String(signature.Signature) } };
        List<Descriptor> layers = asReferrer || await new RemoteSignatures(repository).FindAsync(RemoteSignatures.TagOf(signed), cancellation).ConfigureAwait(false) is not { } before ? [] : [.. before.Layers!];
        if (layers.Exists(l => l.Digest == payload.Digest && l.Annotations?.GetValueOrDefault(RemoteSignatures.SignatureAnnotation) == payload.Annotations[RemoteSignatures.SignatureAnnotation]))
        {
            return;
        }

        layers.Add(payload);
        string diffIds = string.Join(',', layers.Select(l => $"\"{l.Digest}\""));
        byte[] config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"","created":"0001-01-01T00:00:00Z","history":[{"created":"0001-01-01T00:00:00Z"}],"os":"","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]},"config":{}}""");
        Descriptor configuration = await UploadAsync(repository, config, MediaTypes.OciConfig, cancellation).ConfigureAwait(false);
        var manifest = new Manifest { SchemaVersion = 2, MediaType = MediaTypes.OciManifest, Config = configuration, Layers = layers };
        if (!asReferrer)
        {
            await repository.PutManifestAsync(RemoteSignatures.TagOf(signed), ImageJson.Write(manifest), MediaTypes.OciManifest, cancellation).ConfigureAwait(false);
            return;
        }

        manifest = manifest with
        {
            ArtifactType = RemoteSignatures.ArtifactType, Subject = new Descriptor { MediaType = subject.MediaType, Digest = signed.ToString(), Size = subject.Bytes.Length },
        };
        byte[] bytes = ImageJson.Write(manifest);
        var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = Digest.Of(bytes).ToString(), Size = bytes.Length, ArtifactType = RemoteSignatures.ArtifactType };
        await repository.PutReferrerAsync(signed, descriptor, bytes, cancellation).ConfigureAwait(false);
    }

    private async Task<Descriptor> UploadAsync(RegistryRepository repository, byte[] content, string mediaType, CancellationToken cancellation)
    {
        Digest digest = Digest.Of(content);
        var descriptor = new Descriptor { MediaType = mediaType, Digest = digest.ToString(), Size = content.Length };
        if (!await repository.HasBlobAsync(digest, cancellation).ConfigureAwait(false))
        {
            using IngestFile file = blobs.Begin();
            file.Write(content);
            await repository.UploadAsync(descriptor, file.FilePath, null, TransferEvents.None, cancellation).ConfigureAwait(false);
        }

        return descriptor;
    }
}
