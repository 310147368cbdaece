using System.Text.Json;
using Quai.BuildClient.Builds;
using Quai.Cli.Formatting;

namespace Quai.Cli.Builds;

/// <summary>A build that succeeded.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Result">What came of it.</param>
/// <param name="File">The path of the Dockerfile; empty where it is no file of this machine's.</param>
internal sealed record BuildOutcome(string Id, BuildResult Result, string File)
{
    /// <summary>What a file of metadata has of it: the exporters' answers, in which documents are unpacked.</summary>
    /// <param name="builder">The builder's name.</param>
    public string MetadataJson(string builder) => IndentedJson.Text(writer => WriteMetadata(writer, builder));

    /// <summary>Writes <see cref="MetadataJson"/> as a part of a larger document.</summary>
    public void WriteMetadata(Utf8JsonWriter writer, string builder)
    {
        writer.WriteStartObject();
        writer.WriteString("buildx.build.ref", $"{builder}/{builder}/{Id}");
        foreach ((string name, string value) in Result.Response.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            if (Document(value) is { } document)
            {
                using (document)
                {
                    document.RootElement.WriteTo(writer);
                }
            }
            else
            {
                writer.WriteStringValue(value);
            }
        }

        writer.WriteEndObject();
    }

    private static JsonDocument? Document(string value)
    {
        byte[] bytes = new byte[value.Length];
        if (value.Length == 0 || !Convert.TryFromBase64String(value, bytes, out int length) || length == 0 || bytes[0] is not ((byte)'{' or (byte)'['))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(bytes.AsMemory(0, length));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
