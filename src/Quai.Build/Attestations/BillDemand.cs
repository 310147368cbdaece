using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Attestations;

/// <summary>How the packages of a result are to be told (SBOM).</summary>
/// <param name="Generator">The image that finds them; null for what is built in.</param>
/// <param name="Parameters">What that image is told besides.</param>
public sealed record BillDemand(ImageReference? Generator, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: a field is unknown or malformed.</exception>
    internal static BillDemand Read(Dictionary<string, string> fields)
    {
        ImageReference? generator = null;
        if (fields.Remove("generator", out string? name))
        {
            generator = name.Length == 0 ? throw QuaiException.Invalid("sbom generator cannot be empty")
                : ImageReference.TryParse(name, out ImageReference? reference) ? reference.WithDefaultTag()
                : throw QuaiException.Invalid($"failed to parse sbom generator {name}: it is no image's name");
        }

        return generator is not null || fields.Count == 0
            ? new BillDemand(generator, fields)
            : throw QuaiException.Invalid($"unknown field {fields.Keys.First()} of sbom: what is built in takes none; name a generator with generator=IMAGE");
    }
}
