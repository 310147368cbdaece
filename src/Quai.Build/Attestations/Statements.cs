using System.Text.Json;
using System.Text.Encodings.Web;

namespace Quai.Build.Attestations;

/// <summary>Writes attestations as statements of in-toto.</summary>
internal static class Statements
{
    /// <summary>The media type of a statement.</summary>
    public const string MediaType = "application/vnd.in-toto+json";

    /// <summary>The annotation that says what a statement's kind is.</summary>
    public const string PredicateAnnotation = "in-toto.io/predicate-type";

    private const string StatementType = "https://in-toto.io/Statement/v0.1";

    /// <summary>How JSON of attestations is written: on one line, and readable.</summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonWriterOptions Indented { get; } = Compact with { Indented = true };

    /// <summary>Writes a statement.</summary>
    /// <param name="predicateType">What kind of thing is said.</param>
    /// <param name="subjects">Of what it is said.</param>
    /// <param name="predicate">What is said, as JSON.</param>
    /// <param name="isForPeople">Whether it is written in lines.</param>
    /// <exception cref="JsonException">The predicate is no JSON.</exception>
    public static byte[] Write(string predicateType, IReadOnlyList<AttestedSubject> subjects, byte[] predicate, bool isForPeople)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, isForPeople ? Indented : Compact))
        {
            json.WriteStartObject();
            json.WriteString("_type", StatementType);
            json.WriteString("predicateType", predicateType);
            json.WriteStartArray("subject");
            foreach (AttestedSubject subject in subjects)
            {
                json.WriteStartObject();
                json.WriteString("name", subject.Name);
                json.WriteStartObject("digest");
                json.WriteString(subject.Digest.Algorithm, subject.Digest.Hex);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("predicate");
            using (JsonDocument document = JsonDocument.Parse(predicate))
            {
                document.RootElement.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>The largest file with a statement that is read, in bytes; how many files there may be; and how many bytes they may have together.</summary>
    public const int LargestFile = 40 << 20, MostFiles = 1000, MostTogether = 128 << 20;

    /// <summary>The kind of a statement that somebody else has written, and what it says; null where it is none.</summary>
    /// <exception cref="InvalidOperationException">It is no statement's JSON.</exception>
    public static (string PredicateType, JsonElement Predicate)? Read(JsonElement statement) =>
        Text(statement, "_type").StartsWith("https://in-toto.io/Statement/", StringComparison.Ordinal) && statement.TryGetProperty("predicate", out JsonElement predicate)
            ? (Text(statement, "predicateType"), predicate) : null;

    /// <summary>A member that is a text; empty where there is none.</summary>
    public static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>JSON as it is written within a statement.</summary>
    public static byte[] Bytes(JsonElement element)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Compact))
        {
            element.WriteTo(json);
        }

        return bytes.ToArray();
    }

    /// <summary>Writes JSON that is readable by people.</summary>
    public static byte[] InLines(byte[] compact)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Indented))
        using (JsonDocument document = JsonDocument.Parse(compact))
        {
            document.RootElement.WriteTo(json);
        }

        return bytes.ToArray();
    }
}
