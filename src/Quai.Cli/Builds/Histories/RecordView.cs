using System.Globalization;
using System.Text;
using System.Text.Json;
using Quai.BuildClient.Histories;
using Quai.Cli.Formatting;

namespace Quai.Cli.Builds.Histories;

/// <summary>Recorded builds as people are shown them.</summary>
internal static class RecordView
{
    private const string ArgumentPrefix = "build-arg:", LabelPrefix = "label:";

    /// <summary>The columns of a list, by name.</summary>
    public static IReadOnlyDictionary<string, string> Titles { get; } =
        new Dictionary<string, string> { ["Ref"] = "BUILD ID", ["Name"] = "NAME", ["Status"] = "STATUS", ["CreatedAt"] = "CREATED AT", ["Duration"] = "DURATION" };

    /// <summary>A row of a list.</summary>
    public static Row Row(BuildRecord record) => new Row("history.historyRecord")
        .With("Ref", () => record.Id)
        .With("Name", () => NameOf(record))
        .With("Status", () => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(StatusOf(record)))
        .With("CreatedAt", () => Units.Ago(record.CreatedAt))
        .With("Duration", () => Seconds(record.Took));

    /// <summary>What was built, as far as the builder knows: a folder's files come without its name.</summary>
    public static string NameOf(BuildRecord record)
    {
        string context = record.Attributes.GetValueOrDefault("vcs:localdir:context") ?? record.Attributes.GetValueOrDefault("context") ?? "";
        string name = context.TrimEnd('/').Split('/')[^1], target = record.Attributes.GetValueOrDefault("target") ?? "";
        return target.Length == 0 ? name : name.Length == 0 ? target : $"{name} ({target})";
    }

    /// <summary>How it ended.</summary>
    public static string StatusOf(BuildRecord record) => record.CompletedAt is null ? "running" : record.IsCanceled ? "canceled" : record.Error is not null ? "error" : "completed";

    /// <summary>All that is known of one.</summary>
    public static string Full(BuildRecord record)
    {
        var text = new StringBuilder();
        foreach ((string title, string? value) in new[]
        {
            ("Name", NameOf(record)),
            ("Build ID", record.Id),
            ("Context", record.Attributes.GetValueOrDefault("context")),
            ("Dockerfile", record.Attributes.GetValueOrDefault("filename")),
            ("Target", record.Attributes.GetValueOrDefault("target")),
            ("Platform", record.Attributes.GetValueOrDefault("platform")),
        })
        {
            text.Append(string.IsNullOrEmpty(value) ? "" : $"{title}:\t{value}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nStarted:\t{record.CreatedAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}\nDuration:\t{Seconds(record.Took)}\nStatus:\t{StatusOf(record)}\n");
        text.Append(record.Error is { } error ? $"Error:\t{error}\n" : "");
        int percent = record.Steps == 0 ? 0 : (int)Math.Round(100.0 * record.CachedSteps / record.Steps);
        text.Append(CultureInfo.InvariantCulture, $"Build Steps:\t{record.CompletedSteps}/{record.Steps} ({percent}% cached)\n");
        AppendPairs(text, "BUILD ARG", record, ArgumentPrefix);
        AppendPairs(text, "LABEL", record, LabelPrefix);
        if (record.Results.Count > 0)
        {
            text.Append("\nDIGEST\tTYPE\n");
            foreach ((string digest, string type) in record.Results)
            {
                text.Append($"{digest}\t{type}\n");
            }
        }

        return TabWriter.Align(text.ToString(), 0, 3);
    }

    /// <summary>The same as JSON, with the names that buildx has.</summary>
    public static string Json(BuildRecord record) => IndentedJson.Text(writer => Write(writer, record));

    private static void Write(Utf8JsonWriter writer, BuildRecord record)
    {
        writer.WriteStartObject();
        foreach ((string title, string? value) in new[]
        {
            ("Name", NameOf(record)), ("Ref", record.Id), ("Context", record.Attributes.GetValueOrDefault("context")), ("Dockerfile", record.Attributes.GetValueOrDefault("filename")),
            ("Target", record.Attributes.GetValueOrDefault("target")),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                writer.WriteString(title, value);
            }
        }

        writer.WriteString("StartedAt", record.CreatedAt.UtcDateTime);
        if (record.CompletedAt is { } completed)
        {
            writer.WriteString("CompletedAt", completed.UtcDateTime);
        }

        writer.WriteNumber("Duration", record.Took.Ticks * TimeSpan.NanosecondsPerTick);
        writer.WriteString("Status", StatusOf(record));
        if (record.Error is { } error)
        {
            writer.WriteStartObject("Error");
            writer.WriteString("Message", error);
            writer.WriteEndObject();
        }

        writer.WriteNumber("NumCompletedSteps", record.CompletedSteps);
        writer.WriteNumber("NumTotalSteps", record.Steps);
        writer.WriteNumber("NumCachedSteps", record.CachedSteps);
        WritePairs(writer, "BuildArgs", record, ArgumentPrefix);
        WritePairs(writer, "Labels", record, LabelPrefix);
        if (record.Results.Count > 0)
        {
            writer.WriteStartArray("Attachments");
            foreach ((string digest, string type) in record.Results)
            {
                writer.WriteStartObject();
                writer.WriteString("Digest", digest);
                writer.WriteString("Type", type);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void AppendPairs(StringBuilder text, string title, BuildRecord record, string prefix)
    {
        string rows = string.Concat(Pairs(record, prefix).Select(p => $"{p.Key}\t{p.Value}\n"));
        text.Append(rows.Length > 0 ? $"\n{title}\tVALUE\n{rows}" : "");
    }

    private static void WritePairs(Utf8JsonWriter writer, string name, BuildRecord record, string prefix)
    {
        KeyValuePair<string, string>[] pairs = [.. Pairs(record, prefix)];
        if (pairs.Length == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach ((string key, string value) in pairs)
        {
            writer.WriteStartObject();
            writer.WriteString("Name", key);
            writer.WriteString("Value", value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(BuildRecord record, string prefix) => record.Attributes
        .Where(a => a.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(a => KeyValuePair.Create(a.Key[prefix.Length..], a.Value)).OrderBy(a => a.Key, StringComparer.Ordinal);

    private static string Seconds(TimeSpan time) => time.TotalMinutes < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1}s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}m {time.Seconds,2}s");
}
