using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quai.BuildClient.Progress;
using Quai.Cli.Streams;

namespace Quai.Cli.Builds.Progress;

/// <summary>Shows progress as lines of JSON, for programs.</summary>
/// <param name="output">Where it is shown.</param>
internal sealed class JsonDisplay(Output output) : IBuildDisplay
{
    private readonly Lock _gate = new();

    public void Report(ProgressBatch batch)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            WriteAll(writer, "vertexes", batch.Steps, Write);
            WriteAll(writer, "statuses", batch.Statuses, Write);
            WriteAll(writer, "logs", batch.Outputs, Write);
            WriteAll(writer, "warnings", batch.Warnings, Write);
            writer.WriteEndObject();
        }

        lock (_gate)
        {
            output.Write(Encoding.UTF8.GetString(bytes.ToArray()) + "\n");
        }
    }

    public void Finish(bool succeeded)
    {
    }

    public void Dispose()
    {
    }

    private static void WriteAll<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (T item in items)
        {
            writer.WriteStartObject();
            write(writer, item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, StepChange step)
    {
        writer.WriteString("digest", step.Step);
        if (step.Inputs.Count > 0)
        {
            writer.WriteStartArray("inputs");
            foreach (string input in step.Inputs)
            {
                writer.WriteStringValue(input);
            }

            writer.WriteEndArray();
        }

        writer.WriteString("name", step.Name);
        Write(writer, "started", step.StartedAt);
        Write(writer, "completed", step.CompletedAt);
        if (step.IsCached)
        {
            writer.WriteBoolean("cached", true);
        }

        if (step.Error.Length > 0)
        {
            writer.WriteString("error", step.Error);
        }

        if (step.Group is { } group)
        {
            writer.WriteStartObject("progressGroup");
            writer.WriteString("id", group.Id);
            writer.WriteString("name", group.Name);
            if (group.IsWeak)
            {
                writer.WriteBoolean("weak", true);
            }

            writer.WriteEndObject();
        }
    }

    private static void Write(Utf8JsonWriter writer, StepStatus status)
    {
        writer.WriteString("id", status.Id);
        writer.WriteString("vertex", status.Step);
        writer.WriteString("name", status.Id);
        if (status.Total != 0)
        {
            writer.WriteNumber("total", status.Total);
        }

        writer.WriteNumber("current", status.Current);
        Write(writer, "timestamp", status.At);
        Write(writer, "started", status.StartedAt);
        Write(writer, "completed", status.CompletedAt);
    }

    private static void Write(Utf8JsonWriter writer, StepOutput output)
    {
        writer.WriteString("vertex", output.Step);
        writer.WriteNumber("stream", output.Stream);
        writer.WriteBase64String("data", output.Bytes.Span);
        Write(writer, "timestamp", output.At);
    }

    private static void Write(Utf8JsonWriter writer, StepWarning warning)
    {
        writer.WriteString("vertex", warning.Step);
        writer.WriteNumber("level", warning.Level);
        writer.WriteBase64String("short", Encoding.UTF8.GetBytes(warning.Short));
        writer.WriteStartArray("detail");
        foreach (string line in warning.Detail)
        {
            writer.WriteBase64StringValue(Encoding.UTF8.GetBytes(line));
        }

        writer.WriteEndArray();
        writer.WriteString("url", warning.Url);
        if (warning.Place is not { } place)
        {
            return;
        }

        writer.WriteStartObject("sourceInfo");
        writer.WriteString("filename", place.FileName);
        writer.WriteBase64String("data", Encoding.UTF8.GetBytes(place.Text));
        writer.WriteEndObject();
        writer.WriteStartArray("range");
        foreach ((int first, int last) in place.Lines)
        {
            writer.WriteStartObject();
            foreach ((string name, int line) in (ReadOnlySpan<(string, int)>)[("start", first), ("end", last)])
            {
                writer.WriteStartObject(name);
                writer.WriteNumber("line", line);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            writer.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
        }
    }
}
