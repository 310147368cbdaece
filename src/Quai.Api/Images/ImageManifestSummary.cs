using System.Text.Json.Serialization;

namespace Quai.Api.Images;

#pragma warning disable CS1591 // members are named and defined by the Engine API's swagger

/// <summary>One platform's manifest of an image (swagger: ImageManifestSummary).</summary>
public sealed class ImageManifestSummary
{
    public string ID { get; set; } = "";
    public bool Available { get; set; }
    public ImageManifestSize Size { get; set; } = new();

    /// <summary>Such as <c>image</c> or <c>attestation</c>.</summary>
    public string Kind { get; set; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImageManifestData? ImageData { get; set; }
}

/// <summary>In bytes: the total, and the blobs alone.</summary>
public sealed class ImageManifestSize
{
    public long Total { get; set; }
    public long Content { get; set; }
}

/// <summary>Details of a manifest that describes an image.</summary>
public sealed class ImageManifestData
{
    public DistributionPlatform Platform { get; set; } = new();

    /// <summary>Ids of the containers that use it.</summary>
    public List<string> Containers { get; set; } = [];
}
