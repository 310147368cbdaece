using Quai.Errors;
using Quai.Images.Catalog;
using Quai.Metadata;
using Quai.Oci.Images;
using Quai.Registry.Repositories;
using Quai.Trust;

namespace Quai.Images.Trust;

/// <summary>Enforces the policy: nothing is pulled or run without it. A policy that cannot be read allows nothing.</summary>
internal sealed class TrustGate(MetadataDatabase database, string policyFile)
{
    private readonly Lock _lock = new();
    private (DateTime Changed, long Size, SignaturePolicy? Policy)? _read;

    /// <summary>Lets a pull continue, or refuses it before anything of the image is downloaded.</summary>
    /// <returns>The signatures that allow it, to be kept with <see cref="KeepAsync"/>.</returns>
    /// <exception cref="QuaiException">The policy refuses the image.</exception>
    public async Task<IReadOnlyList<ImageSignature>> CheckPullAsync(RegistryRepository repository, ImageReference image, IReadOnlyCollection<Digest> manifests, CancellationToken cancellation)
    {
        if (Policy() is not { } policy)
        {
            return [];
        }

        List<ImageSignature> signatures = [];
        if (policy.NeedsSignatures(image))
        {
            var remote = new RemoteSignatures(repository);
            foreach (Digest manifest in manifests.Distinct())
            {
                signatures.AddRange(await remote.ListAsync(manifest, cancellation).ConfigureAwait(false));
            }
        }

        return policy.Check(image, manifests, signatures);
    }

    /// <summary>Keeps signatures as long as what they sign.</summary>
    public Task KeepAsync(IReadOnlyList<ImageSignature> signatures, CancellationToken cancellation) => signatures.Count == 0 ? Task.CompletedTask : database.WriteAsync(
        c =>
        {
            foreach (ImageSignature signature in signatures)
            {
                c.Run(
                    "INSERT OR IGNORE INTO image_signatures SELECT digest, $p, $s FROM blobs WHERE digest=$d",
                    ("$d", SimpleSigning.Read(signature.Payload).Digest.ToString()), ("$p", signature.Payload), ("$s", signature.Signature));
            }
        },
        cancellation);

    /// <summary>Lets an image be run, or refuses.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">The requested name; null if requested by id, in which case any of its names suffices.</param>
    /// <exception cref="QuaiException">The policy refuses the image.</exception>
    public void CheckRun(StoredImage image, ImageReference? name)
    {
        if (Policy() is not { } policy)
        {
            return;
        }

        ImageReference[] names = name is not null ? [name] : [.. image.Names];
        if (names.Length == 0)
        {
            if (policy.Default.All(r => r is PolicyRequirement.Accept))
            {
                return;
            }

            throw new QuaiException(ErrorKind.Forbidden, $"image {image.Image.Id} is refused by the policy {policy.Source}: it has no name, and the default does not accept all images");
        }

        QuaiException? refused = null;
        foreach (ImageReference candidate in names)
        {
            try
            {
                Digest[] manifests = [.. image.Names.Where(n => n.Digest is not null).Select(n => n.Digest!.Value).Append(Digest.Parse(image.Manifest)).Distinct()];
                policy.Check(candidate, manifests, policy.NeedsSignatures(candidate) ? Kept(manifests) : []);
                return;
            }
            catch (QuaiException e) when (e.Kind == ErrorKind.Forbidden)
            {
                refused ??= e;
            }
        }

        throw refused!;
    }

    private List<ImageSignature> Kept(IEnumerable<Digest> manifests) =>
        [.. manifests.SelectMany(manifest => database.Read(c => c.Rows(
            "SELECT payload, signature FROM image_signatures WHERE manifest=$m",
            r => new ImageSignature(r.GetFieldValue<byte[]>(0), r.GetFieldValue<byte[]>(1)),
            ("$m", manifest.ToString()))))];

    /// <summary>The policy in its file's current state; keys are read with it.</summary>
    private SignaturePolicy? Policy()
    {
        var file = new FileInfo(policyFile);
        if (!file.Exists)
        {
            return null;
        }

        lock (_lock)
        {
            if (_read is not { } read || read.Changed != file.LastWriteTimeUtc || read.Size != file.Length)
            {
                _read = read = (file.LastWriteTimeUtc, file.Length, PolicyReader.ReadFile(policyFile));
            }

            return read.Policy;
        }
    }
}
