using Quai.BuildProtocol.Llb;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Graph;

/// <summary>Platforms as the graph has them.</summary>
internal static class Platforms
{
    /// <summary>A platform as a message.</summary>
    public static Platform Message(OciPlatform platform) => new() { OS = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant ?? "" };
}
