using System.Text.Json;
using Quai.Cli.Formatting;

namespace Quai.Cli.Manifests;

/// <summary>The platform of an entry of a manifest list.</summary>
internal sealed record Platform
{
    public string Architecture { get; init; } = "";
    public string Os { get; init; } = "";
    public string OsVersion { get; init; } = "";
    public IReadOnlyList<string> OsFeatures { get; init; } = [];
    public string Variant { get; init; } = "";

    /// <summary>Reads the JSON of an entry.</summary>
    public static Platform Read(JsonElement json) => new()
    {
        Architecture = json.Text("architecture"), Os = json.Text("os"), OsVersion = json.Text("os.version"), OsFeatures = [.. json.Texts("os.features")], Variant = json.Text("variant"),
    };

    /// <summary>Writes the JSON of an entry.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("architecture", Architecture);
        json.WriteString("os", Os);
        if (OsVersion.Length > 0)
        {
            json.WriteString("os.version", OsVersion);
        }

        if (OsFeatures.Count > 0)
        {
            json.WriteStartArray("os.features");
            foreach (string feature in OsFeatures)
            {
                json.WriteStringValue(feature);
            }

            json.WriteEndArray();
        }

        if (Variant.Length > 0)
        {
            json.WriteString("variant", Variant);
        }

        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', ((string[])[Os, Architecture, Variant]).Where(p => p.Length > 0));
}
