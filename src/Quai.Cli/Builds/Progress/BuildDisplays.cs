using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Progress;

/// <summary>The ways to show progress.</summary>
internal static class BuildDisplays
{
    /// <summary>The way that <c>--progress</c> names, or the environment.</summary>
    public static string Default => Environment.GetEnvironmentVariable("BUILDKIT_PROGRESS") is { Length: > 0 } set ? set : "auto";

    /// <summary>Makes one.</summary>
    /// <param name="session">Output.</param>
    /// <param name="mode">The way.</param>
    /// <param name="builder">The builder's name.</param>
    /// <param name="driver">The kind of builder.</param>
    /// <param name="expands">Whether warnings are told in full.</param>
    /// <exception cref="ExitException">There is no such way, or it needs a terminal.</exception>
    public static IBuildDisplay Create(Session session, string mode, string builder, string driver, bool expands)
    {
        var end = new DisplayEnd(expands);
        return mode switch
        {
            "quiet" or "none" => new SilentDisplay(),
            "rawjson" => new JsonDisplay(session.Error),
            "plain" => Plain(),
            "tty" => session.Error.IsTerminal ? Drawn() : throw new ExitException(1, "ERROR: failed to get console: provided file is not a console"),
            "auto" or "" => session.Error.IsTerminal ? Drawn() : Plain(),
            _ => throw new ExitException(1, $"ERROR: invalid progress mode {mode}: auto, none, plain, quiet, rawjson and tty are all that there are"),
        };

        IBuildDisplay Plain() => new PlainDisplay(session.Error, $"building with \"{builder}\" instance using {driver} driver", end);
        IBuildDisplay Drawn() => new TerminalDisplay(session.Error, $"{driver}:{builder}", end);
    }
}
