using System.Text;
using System.Text.Json;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Stages;

namespace Quai.Frontend.Questions;

/// <summary>Which stages can be built.</summary>
internal static class TargetsQuestion
{
    /// <summary>Its name.</summary>
    public const string Name = "frontend.targets";

    /// <summary>Answers it.</summary>
    public static SolveResult Ask(StageList file, SourceInfo source)
    {
        Stage[] shown = [.. file.Stages.Where(s => s.Name.Length > 0 || s.Index == file.Stages.Count - 1)];
        var text = new StringBuilder("TARGET\tDESCRIPTION\n");
        foreach (Stage stage in shown)
        {
            text.Append($"{(stage.Name.Length > 0 ? stage.Name : "(default)")}{(stage.Name.Length > 0 && IsDefault(stage) ? " (default)" : "")}\t{Description(stage)}\n");
        }

        return Answer.Make(Write, text.ToString());

        bool IsDefault(Stage stage) => stage.Index == file.Stages.Count - 1;

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("targets");
            foreach (Stage stage in shown)
            {
                writer.WriteStartObject();
                writer.WriteString("name", stage.Name);
                writer.WriteBoolean("default", IsDefault(stage));
                writer.WriteString("description", Description(stage));
                writer.WriteString("base", stage.From.Base);
                writer.WriteString("platform", stage.From.Platform);
                Places.WriteLocation(writer, stage.From.Lines);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("sources");
            writer.WriteBase64StringValue(source.Data.Span);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }

    /// <summary>What the comment right before a stage says of it, if it begins with the stage's name.</summary>
    private static string Description(Stage stage) =>
        stage.From.Node.Comments is [.., var comment] && stage.Name.Length > 0 && comment.StartsWith(stage.Name + " ", StringComparison.OrdinalIgnoreCase)
            ? comment[(stage.Name.Length + 1)..] : "";
}
