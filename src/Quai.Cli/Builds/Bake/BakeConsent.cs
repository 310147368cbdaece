using Quai.Cli.CommandLine;
using Quai.Cli.Streams;

namespace Quai.Cli.Builds.Bake;

/// <summary>Asks the user whether bake files may do what they are not allowed by themselves.</summary>
internal static class BakeConsent
{
    /// <summary>Asks, where there is somebody to ask.</summary>
    /// <param name="session">The streams.</param>
    /// <param name="missing">What is not allowed yet.</param>
    /// <exception cref="ExitException">It is not granted.</exception>
    public static void Ask(Session session, IReadOnlyList<(string Line, string Grant)> missing)
    {
        if (missing.Count == 0)
        {
            return;
        }

        string flags = string.Join(' ', missing.Select(m => $"--allow={m.Grant}"));
        session.Error.Write("Your build is requesting privileges for following possibly insecure capabilities:\n\n"
            + string.Concat(missing.Select(m => $" - {m.Line}\n"))
            + $"\nPass {string.Join(' ', missing.Select(m => $"\"--allow={m.Grant}\""))} to grant requested privileges.\n"
            + $"\nYour full command with requested privileges:\n\n{Command(flags)}\n\n");
        if (missing.Any(m => m.Grant.StartsWith("fs.", StringComparison.Ordinal)))
        {
            session.Error.Write("To disable filesystem entitlements checks, you can set BUILDX_BAKE_ENTITLEMENTS_FS=0 .\n");
        }

        if (Input.IsTerminal)
        {
            session.Error.Write("Do you want to grant requested privileges and continue? [y/N] ");
            if (Console.ReadLine() is { } answer && answer.Trim().ToUpperInvariant() is "Y" or "YES")
            {
                return;
            }
        }

        throw new ExitException(1, "ERROR: additional privileges requested");
    }

    // As it was given, with the flags behind the command's name.
    private static string Command(string flags)
    {
        string[] words = Environment.GetCommandLineArgs()[1..];
        int at = Array.FindIndex(words, w => w is "bake" or "f");
        return string.Join(' ', ["quai", .. words[..(at + 1)], flags, .. words[(at + 1)..]]);
    }
}
