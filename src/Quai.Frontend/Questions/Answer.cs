using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quai.Build.Jobs;

namespace Quai.Frontend.Questions;

/// <summary>Makes the result of a question, which is what clients read and show.</summary>
internal static class Answer
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes it.</summary>
    /// <param name="write">Writes it for programs.</param>
    /// <param name="text">It for readers.</param>
    /// <param name="status">What a client ends with; null for the usual.</param>
    public static SolveResult Make(Action<Utf8JsonWriter> write, string text, int? status = null)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, s_options))
        {
            write(writer);
        }

        Dictionary<string, byte[]> metadata = new(StringComparer.Ordinal)
        {
            ["result.json"] = json.WrittenSpan.ToArray(),
            ["result.txt"] = Encoding.UTF8.GetBytes(text),
            ["version"] = "1.0.0"u8.ToArray(),
        };
        if (status is { } code)
        {
            metadata["result.statuscode"] = Encoding.UTF8.GetBytes(code.ToString(CultureInfo.InvariantCulture));
        }

        return new SolveResult { Metadata = metadata };
    }
}
