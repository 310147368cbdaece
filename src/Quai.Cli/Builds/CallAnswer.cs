using System.Text;
using System.Text.Json;
using Quai.BuildClient.Progress;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;

namespace Quai.Cli.Builds;

/// <summary>What the frontend answers to a question that is no build.</summary>
internal static class CallAnswer
{
    private const string Outlined = "outline";

    /// <summary>Prints an answer.</summary>
    /// <param name="session">Output.</param>
    /// <param name="call">The question.</param>
    /// <param name="file">The Dockerfile as the user knows it; empty for as the frontend does.</param>
    /// <param name="metadata">The answer: as JSON, as text, and whether all is well.</param>
    /// <returns>The exit code.</returns>
    public static int Print(Session session, CallOption call, string file, IReadOnlyDictionary<string, string> metadata)
    {
        string json = metadata.GetValueOrDefault("result.json") ?? "", text = metadata.GetValueOrDefault("result.txt") ?? "";
        if (call.Format == "sarif")
        {
            session.Out.WriteLine(metadata.GetValueOrDefault("result.sarif") ?? throw new ExitException(1, $"ERROR: the frontend does not answer {call.Name} as SARIF"));
        }
        else if (call.Format == "json" || (text.Length == 0 && call.Name is not (CallOption.Lint or Outlined)))
        {
            session.Out.WriteLine(json.TrimEnd('\n'));
        }
        else if (call.Name == CallOption.Lint)
        {
            (string found, string error) = Findings(json, file, text);
            session.Out.Write(found);
            session.Error.Write(error);
        }
        else
        {
            session.Out.Write(call.Name == Outlined ? Outline(json) : text);
        }

        return Code(call, metadata);
    }

    /// <summary>The exit code that an answer means. Practices that are told beside the checks are none of it.</summary>
    public static int Code(CallOption call, IReadOnlyDictionary<string, string> metadata)
    {
        if (call.IgnoresStatus)
        {
            return 0;
        }

        if (call.MayTellPractices && metadata.ContainsKey("result.sarif"))
        {
            using JsonDocument document = JsonDocument.Parse(metadata["result.json"]);
            return document.RootElement.Member("warnings").Items().Any() || document.RootElement.Member("buildError").ValueKind == JsonValueKind.Object ? 1 : 0;
        }

        return int.TryParse(metadata.GetValueOrDefault("result.statuscode"), out int code) ? code : 0;
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

    private static (string Found, string Error) Findings(string json, string file, string practices)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement[] warnings = [.. document.RootElement.Member("warnings").Items()], sources = [.. document.RootElement.Member("sources").Items()];
        string found = warnings.Length switch
        {
            0 => "no warnings found.",
            1 => "1 warning has been found!",
            _ => $"{warnings.Length} warnings have been found!",
        };
        var text = new StringBuilder($"Check complete, {found}\n");
        foreach (JsonElement warning in warnings.OrderBy(w => FirstLine(w.Member("location"))))
        {
            string url = warning.Text("url");
            text.Append($"\nWARNING: {warning.Text("ruleName")}{(url.Length > 0 ? " - " + url : "")}\n{warning.Text("detail")}\n").Append(Excerpt(warning.Member("location"), sources, file));
        }

        JsonElement error = document.RootElement.Member("buildError");
        bool failed = error.ValueKind == JsonValueKind.Object;
        text.Append(failed && warnings.Length > 0 ? "\n" : "").Append(document.RootElement.Member("practices").Items().Any() ? practices : "");
        return (failed && warnings.Length == 0 ? "" : text.ToString(), failed ? $"ERROR: {error.Text("message")}\n{Excerpt(error.Member("location"), sources, file)}\n" : "");
    }

    private static long FirstLine(JsonElement location) => location.Member("ranges").Items().Select(r => r.Member("start").Number("line")).FirstOrDefault();

    private static string Excerpt(JsonElement location, JsonElement[] sources, string file)
    {
        long source = location.Number("sourceIndex");
        (int, int)[] lines = [.. location.Member("ranges").Items().Select(r => ((int)r.Member("start").Number("line"), (int)r.Member("end").Number("line")))];
        return lines.Length == 0 || source < 0 || source >= sources.Length || !sources[source].Member("data").TryGetBytesFromBase64(out byte[]? data)
            ? ""
            : new SourcePlace(file.Length > 0 ? file : sources[source].Text("filename"), Encoding.UTF8.GetString(data), lines).Excerpt();
    }
}
