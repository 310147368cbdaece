namespace Quai.Api.Images;

/// <summary>The signatures of an image in its registry: a response of Quai's own.</summary>
/// <param name="Digest">The manifest that the name stands for.</param>
/// <param name="Signatures">What was found.</param>
public sealed record SignatureDocument(string Digest, List<SignatureItem> Signatures);

/// <summary>One signature, in the request that adds it and in the answer that lists it.</summary>
public sealed record SignatureItem
{
    /// <summary>The signed bytes, base64.</summary>
    public string Payload { get; set; } = "";

    /// <summary>The signature, base64.</summary>
    public string Signature { get; set; } = "";
}

/// <summary>What identifies a pushed manifest list.</summary>
public sealed record PushedIndex(string Digest);
