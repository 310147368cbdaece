using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>An image whose blobs are in the store, as it is given away.</summary>
/// <param name="Top">What stands for it: the manifest of the only platform, or an index.</param>
/// <param name="Manifests">One for each platform.</param>
internal sealed record ComposedImage(Descriptor Top, IReadOnlyList<ComposedManifest> Manifests)
{
    /// <summary>Whether it is for several platforms, or has attestations.</summary>
    public bool IsIndex => MediaTypes.IsIndex(Top.MediaType);

    /// <summary>All of it.</summary>
    public IEnumerable<Digest> Blobs => Manifests.SelectMany(m => m.Blobs).Append(Digest.Parse(Top.Digest));

    /// <summary>What a client is told of it.</summary>
    /// <param name="names">The names that it has been given.</param>
    public Dictionary<string, string> Answer(IReadOnlyList<ImageReference> names)
    {
        Dictionary<string, string> answer = new()
        {
            ["containerimage.digest"] = Top.Digest,
            ["containerimage.descriptor"] = Convert.ToBase64String(ImageJson.Write(Top)),
        };
        if (Manifests.Count == 1)
        {
            // Also of one with attestations beside it: by this an image is known here.
            answer["containerimage.config.digest"] = Manifests[0].Config.Digest;
        }

        if (names.Count > 0)
        {
            answer["image.name"] = string.Join(',', names.Select(n => n.Canonical));
        }

        return answer;
    }
}
