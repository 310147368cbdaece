using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Frontend.Practices.Scripts;

namespace Quai.Frontend.Practices;

/// <summary>Practices of Debian's package manager.</summary>
internal static class AptPractices
{
    private const string Lists = "/var/lib/apt/lists";
    private static readonly string[] s_programs = ["apt-get", "apt"], s_users = ["install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "download", "source", "satisfy", "reinstall"];
    private static readonly string[] s_quiet = ["--yes", "--assume-yes", "--no", "--assume-no", "--download-only", "--simulate", "--dry-run", "--just-print", "--print-uris", "--trivial-only"];

    /// <summary>Looks at a RUN.</summary>
    /// <param name="run">Gathers what is found.</param>
    /// <param name="script">What it runs.</param>
    /// <param name="before">The instructions before it.</param>
    /// <param name="isKept">Whether what it leaves is in the image.</param>
    public static void Look(PracticeRun run, RunScript script, IReadOnlyList<Instruction> before, bool isKept)
    {
        List<ShellCommand> commands = [.. script.Commands.Where(c => s_programs.Contains(c.Program))];
        if (commands.Count == 0)
        {
            return;
        }

        LineRange lines = script.Run.Lines;
        string whole = string.Join('\n', script.Commands.Select(c => string.Join(' ', c.Words))), earlier = string.Join('\n', before.Select(i => i.Text));
        ShellCommand? update = commands.Find(c => c.Is(c.Program, "update")), install = commands.Find(c => c.Is(c.Program, "install"));
        bool mountsLists = script.Mounts(Lists);
        if (commands.Find(c => c.Program == "apt" && c.Operands.Count > 0) is { } apt)
        {
            run.Replace(PracticeRules.AptGet, lines, $"apt {apt.Operands[0]} is meant for people", apt.Call, "apt-get" + apt.Call["apt".Length..], isExact: true);
        }

        if (update is not null && !mountsLists && !commands.Exists(c => s_users.Any(u => c.Is(c.Program, u))) && script.Commands.All(c => s_programs.Contains(c.Program) || c.Program is "set" or "rm"))
        {
            run.Replace(
                PracticeRules.UpdateWithInstall, lines, $"{update.Program} update is in a RUN of its own", update.Call, $"{update.Call} && {update.Program} install -y PACKAGES", isExact: false);
        }

        if (install is null)
        {
            return;
        }

        string call = install.Call;
        if (isKept && update is not null && !mountsLists && !RemovesLists(script))
        {
            bool isLine = script.Run.Program.IsShell && script.Run.Node.HereDocuments.Count == 0;
            run.Find(PracticeRules.PackageLists, lines, $"{Lists} stays in the layer", isLine ? $"{run.Text(lines).TrimEnd(' ', ';')} && rm -rf {Lists}/*" : $"rm -rf {Lists}/*", isLine);
        }

        if (!install.HasLetter('y') && !install.HasLetter('s') && !install.Arguments.Any(a => s_quiet.Contains(a) || a.StartsWith("-qq", StringComparison.Ordinal) || a.StartsWith("-q=", StringComparison.Ordinal))
            && install.Next != "|" && !Pipes(script, install) && !whole.Contains("Assume-Yes", StringComparison.OrdinalIgnoreCase) && !earlier.Contains("Assume-Yes", StringComparison.OrdinalIgnoreCase))
        {
            run.Replace(PracticeRules.AssumeYes, lines, $"{call} asks, and nobody answers", call, call + " -y", isExact: true);
        }

        if (isKept && !install.Has("--no-install-recommends") && !whole.Contains("Install-Recommends", StringComparison.OrdinalIgnoreCase) && !earlier.Contains("Install-Recommends", StringComparison.OrdinalIgnoreCase))
        {
            run.Replace(PracticeRules.NoRecommends, lines, $"{call} brings recommended packages, too", call, call + " --no-install-recommends", isExact: true);
        }

        // Files have the version in their name, and variables may have one in their value.
        if (install.Operands.Skip(1).FirstOrDefault(p => p.IndexOfAny(['=', '/', '$', '*', '.']) < 0) is { } package)
        {
            run.Replace(PracticeRules.PinnedPackages, lines, $"{package} has no version", package, package + "=VERSION", isExact: false);
        }
    }

    private static bool RemovesLists(RunScript script) => script.Commands.Any(c =>
        (c.Program is "rm" or "find" && c.Words.Any(w => w.Contains("/var/lib/apt", StringComparison.Ordinal) || w.TrimEnd('/', '*') is "/var/lib" or "/var" || w.StartsWith("/var/lib/{", StringComparison.Ordinal)))
        || (s_programs.Contains(c.Program) && c.Is(c.Program, "dist-clean", "distclean")));

    /// <summary>Whether something answers by a pipe: <c>yes | apt-get install</c>.</summary>
    private static bool Pipes(RunScript script, ShellCommand command)
    {
        int at = script.Commands.ToList().IndexOf(command);
        return at > 0 && script.Commands[at - 1].Next == "|";
    }
}
