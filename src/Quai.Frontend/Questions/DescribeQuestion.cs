using Quai.Build.Jobs;

namespace Quai.Frontend.Questions;

/// <summary>Which questions there are.</summary>
internal static class DescribeQuestion
{
    /// <summary>Its name.</summary>
    public const string Name = "frontend.subrequests.describe";

    private static readonly (string Name, string Description)[] s_questions =
    [
        (Name, "List available subrequest types"),
        (LintQuestion.Name, "Lint a Dockerfile"),
        (TargetsQuestion.Name, "List all targets current build supports"),
    ];

    /// <summary>Answers it.</summary>
    public static SolveResult Ask() => Answer.Make(
        writer =>
        {
            writer.WriteStartArray();
            foreach ((string name, string description) in s_questions)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteString("version", "1.0.0");
                writer.WriteString("type", "rpc");
                writer.WriteString("description", description);
                writer.WriteNull("opts");
                writer.WriteNull("inputs");
                writer.WriteStartArray("metadata");
                foreach (string key in (string[])["result.json", "result.txt"])
                {
                    writer.WriteStartObject();
                    writer.WriteString("Name", key);
                    writer.WriteString("Description", "");
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteNull("refs");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        },
        string.Concat(s_questions.Select(q => $"{q.Name}\t{q.Description}\n")));
}
