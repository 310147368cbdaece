using System.Globalization;
using Quai.Build.Attestations;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>A tree of a result.</summary>
/// <param name="Key">Its key among several, such as <c>linux/amd64</c>; empty for the only one.</param>
/// <param name="Platform">The platform that it is for.</param>
/// <param name="Stack">Its files.</param>
/// <param name="Config">The image's configuration as the frontend made it; null for none.</param>
internal sealed record ExportedTree(string Key, Platform Platform, LayerStack Stack, byte[]? Config)
{
    /// <summary>How many of its layers, from the bottom up, are those of the image that it begins with, as the frontend told.</summary>
    public int BaseLayers { get; init; }

    /// <summary>What an image of it carries along of the steps that it was made by; null for nothing.</summary>
    public byte[]? InlineCache { get; init; }

    /// <summary>What is attested of it.</summary>
    public IReadOnlyList<TreeAttestation> Attestations { get; init; } = [];

    /// <summary>The time that the frontend wants what is made to have (<c>SOURCE_DATE_EPOCH</c>); null for the true ones.</summary>
    public DateTimeOffset? Epoch { get; init; }

    /// <summary>The time that what is made is to have: as the request for it says, else as the frontend does; null for the true ones.</summary>
    /// <exception cref="QuaiException">The request's is no number of seconds.</exception>
    public DateTimeOffset? EpochFor(ExportRequest request) => !request.Attributes.TryGetValue("source-date-epoch", out string? text) ? Epoch
        : text.Length == 0 ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw QuaiException.Invalid($"invalid SOURCE_DATE_EPOCH: {text}");
}
