using Quai.Dockerfiles.Instructions;
using Quai.Dockerfiles.Stages;

namespace Quai.Frontend.Practices;

/// <summary>A file whose practices are looked at.</summary>
/// <param name="Stages">Its stages.</param>
/// <param name="Target">The stage that is built.</param>
/// <param name="Escape">Its escape character.</param>
/// <param name="User">As whom the image runs; empty for root; null where that is not known.</param>
internal sealed record PracticeFile(StageList Stages, Stage Target, char Escape, string? User)
{
    /// <summary>The stages that the image's layers are of: the one that is built, and those that it begins with, first.</summary>
    public IReadOnlyList<Stage> Lineage => LineageOf(Target);

    /// <summary>The stages that a stage begins with, and it itself, in their order.</summary>
    public IReadOnlyList<Stage> LineageOf(Stage stage)
    {
        List<Stage> lineage = [stage];
        while (BaseOf(lineage[^1]) is { } parent)
        {
            lineage.Add(parent);
        }

        lineage.Reverse();
        return lineage;
    }

    /// <summary>The instructions that a stage's files and settings are of, in their order.</summary>
    public IEnumerable<Instruction> History(Stage stage) => LineageOf(stage).SelectMany(s => s.Instructions);

    /// <summary>The earlier stage that a stage begins with; null for an image.</summary>
    public Stage? BaseOf(Stage stage) => Stages.Stages.Take(stage.Index).LastOrDefault(s => s.Name.Length > 0 && s.Name.Equals(stage.From.Base, StringComparison.OrdinalIgnoreCase));
}
