using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Frontend.Practices.Scripts;

namespace Quai.Frontend.Practices;

/// <summary>Looks at all practices of a file.</summary>
internal static class PracticeLook
{
    /// <summary>Looks at them.</summary>
    public static void At(PracticeRun run, PracticeFile file)
    {
        ImagePractices.Look(run, file);
        CopyPractices.Look(run, file);

        // What other stages leave behind is in no image.
        HashSet<Stage> kept = [.. file.Lineage];
        foreach (Stage stage in file.Stages.Stages)
        {
            IReadOnlyList<Stage> lineage = file.LineageOf(stage);
            List<Instruction> before = [.. lineage.Where(s => s != stage).SelectMany(s => s.Instructions)];
            foreach (Instruction instruction in stage.Instructions)
            {
                if (instruction is RunInstruction step)
                {
                    var script = new RunScript(step, before);
                    AptPractices.Look(run, script, before, kept.Contains(stage));
                    PackagePractices.Look(run, script, before, kept.Contains(stage));
                    ShellPractices.Look(run, script, before, lineage[0].From.Base);
                }

                before.Add(instruction);
            }
        }
    }
}
