using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Quai.Cli.Formatting;

/// <summary>JSON for people and scripts: indented by two, with nothing escaped that need not be.</summary>
internal static class IndentedJson
{
    /// <summary>A document.</summary>
    /// <param name="write">Writes its value.</param>
    public static string Text(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
