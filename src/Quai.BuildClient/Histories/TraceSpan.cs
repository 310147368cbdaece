using System.Text.Json;
using Quai.Errors;

namespace Quai.BuildClient.Histories;

/// <summary>A part of a build in time, as spans of OpenTelemetry are.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The part that it is within; empty or unknown for none.</param>
/// <param name="Name">What was done.</param>
/// <param name="Began">When it began.</param>
/// <param name="Ended">When it ended.</param>
public sealed record TraceSpan(string Id, string Parent, string Name, DateTimeOffset Began, DateTimeOffset Ended)
{
    /// <summary>What is known of it beside, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The trace that it is a part of.</summary>
    public string Trace { get; init; } = "";

    /// <summary>Why it failed; empty where it did not.</summary>
    public string Error { get; init; } = "";

    /// <summary>Reads documents in JSON, one behind another, as builders keep them.</summary>
    /// <exception cref="QuaiException">They are none.</exception>
    internal static IReadOnlyList<TraceSpan> Read(ReadOnlySpan<byte> text)
    {
        List<TraceSpan> spans = [];
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowMultipleValues = true });
            while (reader.Read())
            {
                using JsonDocument document = JsonDocument.ParseValue(ref reader);
                spans.Add(Read(document.RootElement));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw QuaiException.Invalid($"the trace of the build is malformed: {e.Message}", e);
        }

        return spans;
    }

    private static TraceSpan Read(JsonElement span)
    {
        JsonElement context = span.GetProperty("SpanContext"), status = span.GetProperty("Status");
        string description = status.GetProperty("Description").GetString() ?? "";

        // By its number in older documents, and by its name in newer ones.
        bool failed = status.GetProperty("Code") is var code && (code.ValueKind == JsonValueKind.Number ? code.GetInt32() == 1 : code.GetString() == "Error");
        return new TraceSpan(
            context.GetProperty("SpanID").GetString() ?? "",
            span.GetProperty(nameof(Parent)).GetProperty("SpanID").GetString() ?? "",
            span.GetProperty(nameof(Name)).GetString() ?? "",
            span.GetProperty("StartTime").GetDateTimeOffset(),
            span.GetProperty("EndTime").GetDateTimeOffset())
        {
            Trace = context.GetProperty("TraceID").GetString() ?? "",
            Error = failed ? description.Length > 0 ? description : "failed" : "",
            Attributes = span.GetProperty(nameof(Attributes)) is { ValueKind: JsonValueKind.Array } attributes
                ? attributes.EnumerateArray().Select(a => KeyValuePair.Create(a.GetProperty("Key").GetString() ?? "", a.GetProperty("Value").GetProperty("Value").ToString()))
                    .DistinctBy(a => a.Key).ToDictionary()
                : new Dictionary<string, string>(),
        };
    }
}
