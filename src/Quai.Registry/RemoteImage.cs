using Quai.Oci.Images;

namespace Quai.Registry;

/// <summary>An image in a registry.</summary>
/// <param name="Descriptor">Of its manifest or index.</param>
/// <param name="Platforms">The platforms that it is for.</param>
public sealed record RemoteImage(Descriptor Descriptor, IReadOnlyList<PlatformDescription> Platforms);
