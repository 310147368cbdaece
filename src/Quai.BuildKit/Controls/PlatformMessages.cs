using Quai.Oci.Images;

namespace Quai.BuildKit.Controls;

/// <summary>Platforms as they are sent.</summary>
internal static class PlatformMessages
{
    /// <summary>Writes one.</summary>
    public static BuildProtocol.Llb.Platform Of(Platform platform) => new() { OS = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant ?? "" };

    /// <summary>Reads one; null where there is none.</summary>
    public static Platform? Read(BuildProtocol.Llb.Platform? platform) =>
        platform is null || platform.OS.Length + platform.Architecture.Length == 0 ? null : Platform.Normalize(platform.OS, platform.Architecture, platform.Variant);
}
