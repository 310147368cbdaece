using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Frontend.Practices.Scripts;

namespace Quai.Frontend.Practices;

/// <summary>Practices of other package managers: of Alpine, Python and Node.</summary>
internal static class PackagePractices
{
    private static readonly string[] s_locks = ["package-lock.json", "package*.json", "package*", "npm-shrinkwrap.json"];

    /// <summary>Looks at a RUN.</summary>
    /// <param name="run">Gathers what is found.</param>
    /// <param name="script">What it runs.</param>
    /// <param name="before">The instructions before it.</param>
    /// <param name="isKept">Whether what it leaves is in the image.</param>
    public static void Look(PracticeRun run, RunScript script, IReadOnlyList<Instruction> before, bool isKept)
    {
        LineRange lines = script.Run.Lines;
        foreach (ShellCommand command in script.Commands)
        {
            if (isKept && command.Is("apk", "add") && !command.Has("--no-cache") && !command.Has("--cache-dir") && !script.HasCacheMount && !Removes(script, "/var/cache/apk") && !script.Commands.Any(c => c.Is("apk", "cache")))
            {
                run.Replace(PracticeRules.ApkNoCache, lines, "apk add keeps its index", command.Call, command.Call + " --no-cache", isExact: true);
            }

            if (command.Is("apk", "add") && command.Operands.Skip(1).FirstOrDefault(p => p.IndexOfAny(['=', '/', '$', '~', '<', '>', '.']) < 0) is { } package)
            {
                run.Replace(PracticeRules.PinnedPackages, lines, $"{package} has no version", package, package + "=VERSION", isExact: false);
            }

            if (isKept && command.Program is "pip" or "pip3" && command.Is(command.Program, "install") && !command.Has("--no-cache-dir") && !command.Has("--cache-dir") && !script.HasCacheMount
                && !Removes(script, "/.cache") && !script.Commands.Any(c => c.Program == command.Program && c.Is(c.Program, "cache"))
                && !command.Words.Any(w => w.StartsWith("PIP_NO_CACHE_DIR", StringComparison.Ordinal)) && !IsSet(before, "PIP_NO_CACHE_DIR"))
            {
                run.Replace(PracticeRules.PipNoCache, lines, $"{command.Program} install keeps what it downloads", command.Call, command.Call + " --no-cache-dir", isExact: true);
            }

            if (command.Program == "npm" && command.Operands is ["install" or "i"] && !command.HasLetter('g') && !command.Has("--global")
                && before.OfType<CopyInstruction>().Any(c => c.From.Length == 0 && c.Sources.Any(s => s_locks.Contains(s[(s.LastIndexOf('/') + 1)..]))))
            {
                run.Replace(PracticeRules.NpmCi, lines, "there is a lock file, and npm install may change it", command.Call, command.Call[..^command.Operands[0].Length] + "ci", isExact: true);
            }
        }
    }

    private static bool Removes(RunScript script, string path) => script.Commands.Any(c => c.Program == "rm" && c.Words.Any(w => w.Contains(path, StringComparison.Ordinal) || w.TrimEnd('/', '*') == "/var/cache"));

    private static bool IsSet(IReadOnlyList<Instruction> before, string name) =>
        before.Any(i => i is EnvInstruction env ? env.Pairs.Any(p => p.Key == name) : i is ArgInstruction arg && arg.Pairs.Any(p => p.Key == name && p.Value is not null));
}
