using System.Text;
using System.Text.Json;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles;
using Quai.Frontend.Checks;

namespace Quai.Frontend.Questions;

/// <summary>What checks find in a Dockerfile.</summary>
internal static class LintQuestion
{
    /// <summary>Its name.</summary>
    public const string Name = "frontend.lint";

    /// <summary>Answers it.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="source">The Dockerfile.</param>
    /// <param name="failure">Why it cannot be built, and where; null where it can.</param>
    public static SolveResult Ask(IReadOnlyList<Finding> found, SourceInfo source, (string Message, LineRange Lines)? failure)
    {
        var text = new StringBuilder();
        foreach (Finding finding in found)
        {
            text.Append($"\nWARNING: {finding.Rule.Name} - {finding.Rule.Url}\n{finding.Message}\n\n");
            Show(text, source, finding.Lines);
        }

        return Answer.Make(Write, text.ToString(), found.Count > 0 || failure is not null ? 1 : 0);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("warnings");
            foreach (Finding finding in found)
            {
                writer.WriteStartObject();
                writer.WriteString("ruleName", finding.Rule.Name);
                writer.WriteString("description", finding.Rule.Description);
                writer.WriteString("url", finding.Rule.Url);
                writer.WriteString("detail", finding.Message);
                Places.WriteLocation(writer, finding.Lines);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("sources");
            writer.WriteStartObject();
            writer.WriteString("filename", source.Filename);
            writer.WriteString("language", source.Language);
            writer.WriteBase64String("data", source.Data.Span);
            writer.WriteEndObject();
            writer.WriteEndArray();
            if (failure is { } problem)
            {
                writer.WriteStartObject("buildError");
                writer.WriteString("message", problem.Message);
                Places.WriteLocation(writer, problem.Lines);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }
    }

    private static void Show(StringBuilder text, SourceInfo source, LineRange lines)
    {
        if (lines.First == 0)
        {
            return;
        }

        const int Around = 2;
        const string Rule = "--------------------\n";
        string[] all = source.Data.ToStringUtf8().Split('\n');
        text.Append($"{source.Filename}:{lines.First}\n{Rule}");
        for (int at = Math.Max(1, lines.First - Around); at <= Math.Min(all.Length, lines.Last + Around); at++)
        {
            text.Append($"{at,4} | {(at >= lines.First && at <= lines.Last ? ">>>" : "   ")} {all[at - 1].TrimEnd('\r')}\n");
        }

        text.Append(Rule);
    }
}
