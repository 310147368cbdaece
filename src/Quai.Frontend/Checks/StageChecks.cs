using Quai.Dockerfiles;
using Quai.Dockerfiles.Ignoring;
using Quai.Frontend.Steps;

namespace Quai.Frontend.Checks;

/// <summary>Checks of what a stage does.</summary>
internal static class StageChecks
{
    /// <summary>Finds instructions of which the last alone counts.</summary>
    public static void Once(StageCompiler stage, string instruction, LineRange lines)
    {
        if (stage.State.LastOf.TryGetValue(instruction, out LineRange earlier))
        {
            stage.Compilation.Checks.Find(CheckRules.MultipleInstructionsDisallowed, earlier, $"Multiple {instruction} instructions should not be used in the same stage because only the last one will be used");
        }

        stage.State.LastOf[instruction] = lines;
    }

    /// <summary>Finds files that are copied though they are left out of the context.</summary>
    public static void Ignored(StageCompiler stage, string instruction, string source, LineRange lines)
    {
        string path = SlashPaths.Join("/", source)[1..];
        if (path.Length > 0 && stage.Compilation.Ignored?.Ignores(path) == true)
        {
            stage.Compilation.Checks.Find(CheckRules.CopyIgnoredFile, lines, $"Attempting to {instruction} file {GoText.Quote(source)} that is excluded by .dockerignore");
        }
    }
}
