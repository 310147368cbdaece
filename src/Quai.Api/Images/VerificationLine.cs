using System.Text.Json.Serialization;

namespace Quai.Api.Images;

/// <summary>One line of the response to <c>POST /quai/images/verify</c>, Quai's own: a finding, the summary at the end, or the error that aborted it.</summary>
public sealed class VerificationLine
{
    /// <summary>For a finding: <c>blob</c>, <c>layer</c>, <c>image</c>, <c>container</c>, or <c>file</c> for what nobody owns.</summary>
    public string Kind { get; set; } = "";

    /// <summary>For a finding: digest, chain id, id or path.</summary>
    public string Name { get; set; } = "";

    /// <summary>What is wrong; empty if this is not a finding.</summary>
    public string Problem { get; set; } = "";

    /// <summary>For a finding: names of images and ids of containers that need it.</summary>
    public List<string> NeededBy { get; set; } = [];

    /// <summary>For the summary: images checked.</summary>
    public long Images { get; set; }

    /// <summary>For the summary: blobs whose digests were recomputed.</summary>
    public long Blobs { get; set; }

    /// <summary>For the summary: unpacked layers checked.</summary>
    public long Layers { get; set; }

    /// <summary>For the summary: bytes of the blobs.</summary>
    public long Bytes { get; set; }

    /// <summary>For the summary: how many findings there were; null otherwise.</summary>
    public long? Problems { get; set; }

    /// <summary>Why it was aborted; empty if it was not.</summary>
    [JsonPropertyName("error")]
    public string Error { get; set; } = "";
}
