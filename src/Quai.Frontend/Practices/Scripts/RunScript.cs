using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Mounts;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Errors;

namespace Quai.Frontend.Practices.Scripts;

/// <summary>What a RUN runs.</summary>
internal sealed class RunScript
{
    private static readonly string[] s_shells = ["sh", "bash", "ash", "dash", "zsh"];

    /// <summary>Reads one.</summary>
    /// <param name="run">The instruction.</param>
    /// <param name="before">The instructions before it, those of the stages that it begins with among them.</param>
    public RunScript(RunInstruction run, IReadOnlyList<Instruction> before)
    {
        Run = run;
        IReadOnlyList<string> shell = before.OfType<ShellInstruction>().LastOrDefault()?.Words ?? ["/bin/sh", "-c"];
        HasPipeFail = shell.Any(w => w.Contains("pipefail", StringComparison.Ordinal));
        Commands = Read(run, shell);
        HasPipeFail |= Commands.Any(c => c.Program == "set" && c.Has("pipefail"));
    }

    /// <summary>The instruction.</summary>
    public RunInstruction Run { get; }

    /// <summary>Its commands; none where it is for no shell that is known.</summary>
    public IReadOnlyList<ShellCommand> Commands { get; }

    /// <summary>Whether a pipe fails with any of its programs.</summary>
    public bool HasPipeFail { get; }

    /// <summary>Whether a directory, or one above it, is mounted and so not kept.</summary>
    public bool Mounts(string path) => Run.Mounts.Any(m => IsApart(m) is { } target && (path == target || path.StartsWith(target + "/", StringComparison.Ordinal)));

    /// <summary>Whether some directory outlives the build apart from the image.</summary>
    public bool HasCacheMount => Run.Mounts.Any(m => IsApart(m) is not null);

    private static IReadOnlyList<ShellCommand> Read(RunInstruction run, IReadOnlyList<string> shell)
    {
        if (!run.Program.IsShell)
        {
            return run.Program.Words is [var program, .., var script] && IsShell(program) && run.Program.Words.Any(w => w.StartsWith('-') && w.EndsWith('c'))
                ? ShellReader.Read(script) : [new ShellCommand(run.Program.Words, "", 0)];
        }

        string text = string.Join(' ', run.Program.Words);
        if (run.Program.Documents is [var document] && text.TrimStart().StartsWith("<<", StringComparison.Ordinal))
        {
            // A document that names another program is that program's.
            string first = document.Content.Split('\n')[0];
            return first.StartsWith("#!", StringComparison.Ordinal) && !IsShell(first.Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries)[^1]) ? [] : ShellReader.Read(document.Content);
        }

        return shell is [var own, ..] && IsShell(own) ? ShellReader.Read(text) : [];
    }

    private static bool IsShell(string path) => s_shells.Contains(path[(path.LastIndexOf('/') + 1)..]);

    private string? IsApart(string mount)
    {
        try
        {
            Mount read = MountReader.Read(mount, w => w, Run.Lines);
            return read.Kind is MountKind.Cache or MountKind.Tmpfs ? read.Target.TrimEnd('/') : null;
        }
        catch (QuaiException)
        {
            // The compiler says what is wrong with it.
            return null;
        }
    }
}
