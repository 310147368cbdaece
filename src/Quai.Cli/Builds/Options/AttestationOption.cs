using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>Demands for attestations.</summary>
internal static class AttestationOption
{
    /// <summary>Refuses them.</summary>
    /// <param name="demands">Each as the user may write it.</param>
    /// <exception cref="ExitException">There is one.</exception>
    public static void Refuse(IEnumerable<string> demands)
    {
        if (demands.FirstOrDefault() is { } demand)
        {
            throw new ExitException(1, $"ERROR: failed to build: {demand}: attestations are not available in this version of Quai");
        }
    }
}
