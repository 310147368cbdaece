using Quai.Oci.Images;

namespace Quai.Registry;

/// <summary>An image as a registry has it.</summary>
/// <param name="Descriptor">Of its manifest or index.</param>
/// <param name="Platforms">What it is for.</param>
public sealed record RemoteImage(Descriptor Descriptor, IReadOnlyList<PlatformDescription> Platforms);
