using Quai.Oci.Images;

namespace Quai.Build.Frontends;

/// <summary>A question about an image.</summary>
/// <param name="Reference">Its whole name, such as <c>docker.io/library/debian:latest</c>.</param>
/// <param name="Platform">For which platform; null for this machine's.</param>
/// <param name="Mode">Where to look: <c>local</c>, <c>pull</c> or <c>default</c>, as the attribute <c>image-resolve-mode</c> has it; empty for the default.</param>
public sealed record ImageQuestion(string Reference, Platform? Platform, string Mode)
{
    /// <summary>What is shown of the question in the build's progress, such as <c>[internal] load metadata for …</c>; empty for the usual.</summary>
    public string LogName { get; init; } = "";

    /// <summary>The client's folder in OCI layout that has the image, whose digest is a part of the name then; empty for an image of the daemon's or of a registry.</summary>
    public string Store { get; init; } = "";
}
