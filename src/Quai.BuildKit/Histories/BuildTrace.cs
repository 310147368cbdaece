using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Quai.Build.Progress;

namespace Quai.BuildKit.Histories;

/// <summary>A build's steps in time, as spans of OpenTelemetry in the form that BuildKit keeps: a document in JSON for each.</summary>
internal static class BuildTrace
{
    private const string Service = "quaid";

    /// <summary>The build and its steps.</summary>
    /// <param name="id">The build's id.</param>
    /// <param name="began">When it began.</param>
    /// <param name="ended">When it ended.</param>
    /// <param name="steps">Its steps, as they are at its end.</param>
    public static byte[] Write(string id, DateTimeOffset began, DateTimeOffset ended, IReadOnlyList<VertexEvent> steps)
    {
        string trace = Hash(id, 32), root = Hash(id + " build", 16);
        using var bytes = new MemoryStream();
        VertexEvent[] timed = [.. steps.Where(s => s.StartedAt is not null)];
        Span(bytes, "build", trace, root, null, began, ended, null, timed.Length);
        foreach (VertexEvent step in timed)
        {
            Span(bytes, step.Name, trace, Hash(id + step.Vertex, 16), root, step.StartedAt!.Value, step.CompletedAt ?? ended, step, 0);
        }

        return bytes.ToArray();
    }

    private static void Span(MemoryStream bytes, string name, string trace, string span, string? parent, DateTimeOffset began, DateTimeOffset ended, VertexEvent? step, int children)
    {
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("Name", name);
            Context(json, "SpanContext", trace, span, "01");
            Context(json, "Parent", parent is null ? new string('0', 32) : trace, parent ?? new string('0', 16), parent is null ? "00" : "01");
            json.WriteNumber("SpanKind", 1);
            json.WriteString("StartTime", began);
            json.WriteString("EndTime", ended);
            json.WriteStartArray("Attributes");
            if (step is not null)
            {
                Attribute(json, "vertex", step.Vertex);
                Attribute(json, "cached", step.IsCached ? "true" : "false");
            }

            json.WriteEndArray();
            json.WriteNull("Events");
            json.WriteNull("Links");
            json.WriteStartObject("Status");
            json.WriteString("Code", step is { Error.Length: > 0 } ? "Error" : "Unset");
            json.WriteString("Description", step?.Error ?? "");
            json.WriteEndObject();
            json.WriteNumber("DroppedAttributes", 0);
            json.WriteNumber("DroppedEvents", 0);
            json.WriteNumber("DroppedLinks", 0);
            json.WriteNumber("ChildSpanCount", children);
            json.WriteStartArray("Resource");
            Attribute(json, "service.name", Service);
            json.WriteEndArray();
            json.WriteStartObject("InstrumentationLibrary");
            json.WriteString("Name", Service);
            json.WriteString("Version", "");
            json.WriteString("SchemaURL", "");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
    }

    private static void Context(Utf8JsonWriter json, string name, string trace, string span, string flags)
    {
        json.WriteStartObject(name);
        json.WriteString("TraceID", trace);
        json.WriteString("SpanID", span);
        json.WriteString("TraceFlags", flags);
        json.WriteString("TraceState", "");
        json.WriteBoolean("Remote", false);
        json.WriteEndObject();
    }

    private static void Attribute(Utf8JsonWriter json, string key, string value)
    {
        json.WriteStartObject();
        json.WriteString("Key", key);
        json.WriteStartObject("Value");
        json.WriteString("Type", "STRING");
        json.WriteString("Value", value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Hash(string text, int length) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}
