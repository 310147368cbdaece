using System.Diagnostics.CodeAnalysis;
using Quai.BuildClient.Files;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildClient.Layouts;

/// <summary>A folder in OCI layout: blobs by digest, and an index of what they are.</summary>
/// <param name="path">The folder.</param>
public sealed class LayoutFolder(string path)
{
    private const string TagKey = "org.opencontainers.image.ref.name", ImageKey = "io.containerd.image.name";

    private string IndexPath => Path.Combine(path, "index.json");

    /// <summary>Where uploads are until they are complete.</summary>
    internal string UploadPath => Path.Combine(path, "ingest");

    /// <summary>Where a blob is, or would be.</summary>
    public string Locate(Digest digest) => Path.Combine(path, "blobs", digest.Algorithm, digest.Hex);

    /// <summary>What has a tag, or null for nothing.</summary>
    /// <exception cref="QuaiException">There is no index, or it is malformed.</exception>
    public Descriptor? Find(string tag) => Read().Find(d => d.Annotations?.GetValueOrDefault(TagKey) == tag);

    /// <summary>What is in it where that is one thing; else null.</summary>
    /// <exception cref="QuaiException">There is no index, or it is malformed.</exception>
    public Descriptor? FindOnly() => Read() is [var only] ? only : null;

    /// <summary>Makes the folder, where it is not there.</summary>
    /// <exception cref="QuaiException">It cannot be made.</exception>
    public void Make() => WholeFile.MakeFolder(path);

    /// <summary>Names something whose blobs are there. What had the name before loses it.</summary>
    /// <param name="descriptor">What.</param>
    /// <param name="names">Its names.</param>
    /// <exception cref="QuaiException">The index cannot be written, or what is there is none.</exception>
    public void Put(Descriptor descriptor, IReadOnlyCollection<LayoutName> names)
    {
        Make();
        using var locked = LayoutLock.Take(IndexPath + ".lock");
        WholeFile.WriteBytes(Path.Combine(path, "oci-layout"), ImageJson.Write(new OciLayoutMark()));
        ImageIndex index = TryRead(out ImageIndex? known) ? known : new ImageIndex();
        List<Descriptor> entries = [.. index.Manifests ?? []];
        foreach (LayoutName name in names)
        {
            Dictionary<string, string> annotations = new(descriptor.Annotations ?? [], StringComparer.Ordinal) { [TagKey] = name.Tag };
            if (name.Image.Length > 0)
            {
                annotations[ImageKey] = name.Image;
            }

            entries.RemoveAll(e => e.Annotations?.GetValueOrDefault(TagKey) == name.Tag && (e.Annotations.GetValueOrDefault(ImageKey) ?? "") == name.Image);
            entries.Add(descriptor with { Annotations = annotations });
        }

        WholeFile.WriteBytes(IndexPath, ImageJson.Write(index with { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = entries }));
    }

    private List<Descriptor> Read() =>
        TryRead(out ImageIndex? index) ? index.Manifests! : throw QuaiException.NotFound($"could not read {IndexPath}: open {IndexPath}: no such file or directory");

    private bool TryRead([NotNullWhen(true)] out ImageIndex? index)
    {
        index = null;
        try
        {
            byte[] text = File.ReadAllBytes(IndexPath);
            index = text.Length == 0 ? new ImageIndex { Manifests = [] } : ImageJson.ReadIndex(text);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or QuaiException)
        {
            throw QuaiException.Invalid($"could not read {IndexPath}: {(e is QuaiException ? e.Message : WholeFile.ReasonOf(e))}", e);
        }
    }
}
