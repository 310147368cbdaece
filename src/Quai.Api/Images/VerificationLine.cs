using System.Text.Json.Serialization;

namespace Quai.Api.Images;

/// <summary>One line of the answer to <c>POST /quai/images/verify</c>, Quai's own: a finding, the sum at the end, or what broke it off.</summary>
public sealed class VerificationLine
{
    /// <summary>Of a finding: <c>blob</c>, <c>layer</c>, <c>image</c>, <c>container</c>, or <c>file</c> for what nobody owns.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Of a finding: digest, chain id, id or path.</summary>
    public string Name { get; set; } = "";

    /// <summary>What is wrong; empty where this is no finding.</summary>
    public string Problem { get; set; } = "";

    /// <summary>Of a finding: names of images and ids of containers that need it.</summary>
    public List<string> NeededBy { get; set; } = [];

    /// <summary>Of the sum: images looked at.</summary>
    public long Images { get; set; }

    /// <summary>Of the sum: blobs whose digests were computed anew.</summary>
    public long Blobs { get; set; }

    /// <summary>Of the sum: unpacked layers looked at.</summary>
    public long Layers { get; set; }

    /// <summary>Of the sum: bytes of the blobs.</summary>
    public long Bytes { get; set; }

    /// <summary>Of the sum: how many findings there were; null where this is no sum.</summary>
    public long? Problems { get; set; }

    /// <summary>Why it was broken off; empty where it was not.</summary>
    [JsonPropertyName("error")]
    public string Error { get; set; } = "";
}
