using Quai.Build.Attestations;
using Quai.Content.Blobs;
using Quai.Content.Collecting;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>Makes the manifest that holds what is attested of a platform's image. It looks like an image for no platform, which nobody runs.</summary>
internal sealed class AttestationManifests(BlobStore blobs)
{
    private const string Unknown = "unknown", ArtifactKey = "application/vnd.docker.attestation.manifest.v1+json", EmptyType = "application/vnd.oci.empty.v1+json";

    /// <summary>Makes it.</summary>
    /// <param name="tree">The platform's tree, with what is attested.</param>
    /// <param name="image">Its image.</param>
    /// <param name="demands">The image's names, and the form.</param>
    /// <param name="lease">Keeps what is made.</param>
    /// <param name="cancellation">Stops; what is complete is kept.</param>
    /// <returns>The image with it.</returns>
    public async Task<ComposedManifest> AttachAsync(ExportedTree tree, ComposedManifest image, ImageDemands demands, Lease lease, CancellationToken cancellation)
    {
        Digest digest = Digest.Parse(image.Descriptor.Digest);
        AttestedSubject[] subjects = [.. demands.Names.Select(n => new AttestedSubject(PackageUrls.Of(n, tree.Platform), digest))];
        Dictionary<string, Descriptor> layers = [];
        foreach ((Layers.BuildLayer layer, Descriptor blob) in tree.Stack.Layers.Zip(image.Layers))
        {
            layers[layer.Id] = blob;
        }

        List<Descriptor> statements = [];
        foreach (TreeAttestation attestation in tree.Attestations)
        {
            byte[] statement = await attestation.WriteAsync(subjects, layers, isForPeople: false, cancellation).ConfigureAwait(false);
            Descriptor stored = await AddAsync(statement, Statements.MediaType, lease, cancellation).ConfigureAwait(false);
            statements.Add(stored with { Annotations = new() { [Statements.PredicateAnnotation] = attestation.PredicateType } });
        }

        byte[] config = demands.AttestsByArtifacts ? "{}"u8.ToArray()
            : ImageJson.Write(new ImageConfig { Architecture = Unknown, Os = Unknown, Config = new ExecutionConfig(), RootFs = new RootFs { DiffIds = [.. statements.Select(s => s.Digest)] } });
        Descriptor configDescriptor = await AddAsync(config, demands.AttestsByArtifacts ? EmptyType : MediaTypes.OciConfig, lease, cancellation).ConfigureAwait(false);
        byte[] manifest = ImageJson.Write(new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            ArtifactType = demands.AttestsByArtifacts ? ArtifactKey : null,
            Config = configDescriptor,
            Layers = statements,
            Subject = demands.AttestsByArtifacts ? image.Descriptor with { Annotations = null, Platform = null } : null,
        });
        Descriptor made = await AddAsync(manifest, MediaTypes.OciManifest, lease, cancellation).ConfigureAwait(false);
        return image with
        {
            Attestation = made with
            {
                ArtifactType = demands.AttestsByArtifacts ? ArtifactKey : null,
                Annotations = new() { ["vnd.docker.reference.digest"] = image.Descriptor.Digest, ["vnd.docker.reference.type"] = "attestation-manifest" },
                Platform = new PlatformDescription { Architecture = Unknown, Os = Unknown },
            },
            AttestationParts = [.. statements, configDescriptor],
        };
    }

    private async Task<Descriptor> AddAsync(byte[] bytes, string type, Lease lease, CancellationToken cancellation) => new()
    {
        MediaType = type,
        Digest = (await blobs.AddAsync(bytes, null, lease, cancellation).ConfigureAwait(false)).ToString(),
        Size = bytes.Length,
    };
}
