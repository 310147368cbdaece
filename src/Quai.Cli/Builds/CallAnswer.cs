using System.Text.Json;
using Quai.Cli.Builds.Options;
using Quai.Cli.Formatting;

namespace Quai.Cli.Builds;

/// <summary>What the frontend answers to a question that is no build.</summary>
internal static class CallAnswer
{
    /// <summary>Prints an answer.</summary>
    /// <param name="session">Output.</param>
    /// <param name="call">The question.</param>
    /// <param name="metadata">The answer: as JSON, as text, and whether all is well.</param>
    /// <returns>The exit code.</returns>
    public static int Print(Session session, CallOption call, IReadOnlyDictionary<string, string> metadata)
    {
        string json = metadata.GetValueOrDefault("result.json") ?? "", text = metadata.GetValueOrDefault("result.txt") ?? "";
        if (call.Format == "json" || text.Length == 0 && call.Name != "lint")
        {
            session.Out.WriteLine(json.TrimEnd('\n'));
        }
        else if (call.Name == "lint")
        {
            session.Out.Write(Headline(json) + text);
        }
        else
        {
            session.Out.Write(call.Name == "outline" ? Outline(json) : text);
        }

        return !call.IgnoresStatus && int.TryParse(metadata.GetValueOrDefault("result.statuscode"), out int code) ? code : 0;
    }

    private static string Outline(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement outline = document.RootElement;
        string name = outline.Text("name"), description = outline.Text("description");
        string target = name.Length + description.Length == 0 ? "" : Aligned(
            $"TARGET:\t{(name.Length == 0 ? "(default)" : name)}\n{(description.Length == 0 ? "" : $"DESCRIPTION:\t{description}\n")}");
        return target
            + Section("BUILD ARG\tVALUE\tDESCRIPTION", outline.Member("args"), a => $"{a.Text("name")}\t{a.Text("value")}\t{a.Text("description")}")
            + Section("SECRET\tREQUIRED", outline.Member("secrets"), Need)
            + Section("SSH\tREQUIRED", outline.Member("ssh"), Need);
    }

    private static string Section(string title, JsonElement items, Func<JsonElement, string> row)
    {
        string rows = string.Concat(items.Items().Select(i => row(i) + "\n"));
        return rows.Length == 0 ? "" : Aligned($"{title}\n{rows}");
    }

    private static string Need(JsonElement need) => $"{need.Text("name")}\t{(need.Member("required").ValueKind == JsonValueKind.True ? "true" : "")}";

    private static string Aligned(string text) => TabWriter.Align(text, 0, 3) + "\n";

    private static string Headline(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        int warnings = document.RootElement.Member("warnings").Items().Count();
        string found = warnings switch
        {
            0 => "no warnings found.",
            1 => "1 warning has been found!",
            _ => $"{warnings} warnings have been found!",
        };
        string? error = document.RootElement.TryGetProperty("buildError", out JsonElement failed) && failed.ValueKind == JsonValueKind.Object ? failed.Text("message") : null;
        return $"Check complete, {found}\n{(error is null ? "" : $"\nERROR: {error}\n")}";
    }
}
