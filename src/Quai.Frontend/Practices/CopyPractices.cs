using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Frontend.Practices.Scripts;

namespace Quai.Frontend.Practices;

/// <summary>Practices of what is copied, and when.</summary>
internal static class CopyPractices
{
    private static readonly string[] s_archives = [".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst"];
    private static readonly string[] s_all = [".", "./", "/", "./."];

    /// <summary>Looks at them.</summary>
    public static void Look(PracticeRun run, PracticeFile file)
    {
        foreach (Stage stage in file.Stages.Stages)
        {
            foreach (CopyInstruction copy in stage.Instructions.OfType<CopyInstruction>().Where(c => c.IsAdd))
            {
                Add(run, copy);
            }

            Order(run, stage);
        }
    }

    private static void Add(PracticeRun run, CopyInstruction copy)
    {
        foreach (string source in copy.Sources.Where(s => IsFile(s) && copy.Checksum.Length == 0))
        {
            run.Replace(
                PracticeRules.AddChecksum, copy.Lines, $"{source} is taken as it comes", copy.Node.Command, copy.Node.Command + " --checksum=sha256:DIGEST", isExact: false);
        }

        // A pattern may match an archive, and a variable may be anything.
        if (copy.Sources.All(s => !IsAddress(s) && s.IndexOfAny(['$', '*', '?', '[']) < 0 && !Array.Exists(s_archives, s.EndsWith)) && copy.Unpacks is null && copy.KeepsGitDirectory is null
            && copy.Checksum.Length == 0)
        {
            string what = copy.Sources.Count > 0 ? string.Join(" ", copy.Sources) : "a here-document";
            run.Replace(PracticeRules.CopyNotAdd, copy.Lines, $"{what} needs nothing that only ADD does", copy.Node.Command, char.IsUpper(copy.Node.Command[0]) ? "COPY" : "copy", isExact: true);
        }
    }

    private static bool IsAddress(string source) => source.Contains("://", StringComparison.Ordinal) || source.StartsWith("git@", StringComparison.Ordinal);

    /// <summary>Whether a source is a file of a server: repositories have versions of their own.</summary>
    private static bool IsFile(string source) =>
        (source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        && !source.Split('#', '?')[0].EndsWith(".git", StringComparison.Ordinal);

    private static void Order(PracticeRun run, Stage stage)
    {
        CopyInstruction? all = null;
        List<Instruction> before = [];
        foreach (Instruction instruction in stage.Instructions)
        {
            if (instruction is RunInstruction step)
            {
                var script = new RunScript(step, before);
                if (script.Commands.Select(Dependencies.Of).FirstOrDefault(d => d is not null) is { } found)
                {
                    if (all is not null && !script.HasCacheMount)
                    {
                        run.Find(
                            PracticeRules.OrderForCache, all.Lines, $"{found.Command} in line {step.Lines.First} is run again whenever any file changes",
                            $"COPY {found.Files} ./\n{run.Text(step.Lines)}\n{run.Text(all.Lines)}", isExact: false);
                    }

                    // Once they are installed, the rest may come.
                    return;
                }
            }
            else if (instruction is CopyInstruction { From.Length: 0, Exclude.Count: 0, KeepsParents: false } copy && copy.Sources.Any(s_all.Contains))
            {
                all ??= copy;
            }

            before.Add(instruction);
        }
    }
}
