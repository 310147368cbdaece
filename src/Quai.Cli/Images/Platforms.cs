using Quai.Api.Images;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Images;

/// <summary>Platforms on the command line.</summary>
internal static class Platforms
{
    /// <summary>Parses <c>os/architecture[/variant]</c>; null for an empty text.</summary>
    /// <exception cref="ExitException">The text is not a platform.</exception>
    public static DistributionPlatform? Parse(string platform)
    {
        string[] parts = platform.Split('/');
        return platform.Length == 0 ? null : parts.Length is 2 or 3
            ? new DistributionPlatform { Os = parts[0], Architecture = parts[1], Variant = parts.Length == 3 ? parts[2] : null }
            : throw new ExitException(1, $"invalid platform: {Quai.Templates.GoText.Quote(platform)}");
    }
}
