namespace Quai.Engine.Containers.Spec.Limits;

/// <summary>A device that a container has.</summary>
/// <param name="Host">Its node on the host, or a folder of them.</param>
/// <param name="Container">Its path in the container; empty for the same path.</param>
/// <param name="Access">Any of <c>r</c>, <c>w</c> and <c>m</c>; empty for all.</param>
public sealed record DevicePath(string Host, string Container, string Access);
