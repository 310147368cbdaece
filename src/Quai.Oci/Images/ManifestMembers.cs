using System.Collections.Frozen;
using System.Text.Json;
using Quai.Errors;

namespace Quai.Oci.Images;

/// <summary>
/// What a manifest or index says it is, and which of the members that distinguish the two it has. A document that two readers could take
/// for different things has one digest and two meanings (CVE-2021-41190): it is refused here, before anything reads more of it.
/// </summary>
internal sealed class ManifestMembers
{
    private const int MaxDepth = 32;

    /// <summary>All members that readers know. Some readers (Go's) accept them in any case, so no other spelling is allowed.</summary>
    private static readonly FrozenSet<string> s_known = new[]
    {
        "schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "fsLayers", "subject", "annotations", "digest", "size", "urls", "data",
        "platform", "architecture", "os", "os.version", "os.features", "variant", "features",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_folded = s_known.ToFrozenDictionary(Fold);

    private readonly HashSet<string> _present = [];

    private ManifestMembers()
    {
    }

    /// <summary>The <c>mediaType</c> that the document states; null for none.</summary>
    public string? MediaType { get; private set; }

    /// <summary>Its <c>schemaVersion</c>; 0 for none.</summary>
    public int SchemaVersion { get; private set; }

    /// <summary>Whether it has a member, and not as null.</summary>
    public bool Has(string name) => _present.Contains(name);

    /// <summary>Reads a document.</summary>
    /// <exception cref="QuaiException">It is not a JSON object, has a member twice, or has one in a spelling that some readers take for another.</exception>
    public static ManifestMembers Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw QuaiException.Invalid("invalid manifest: it is no JSON object");
            }

            var members = new ManifestMembers();
            members.ReadObject(ref reader, top: true, free: false);
            if (reader.Read())
            {
                throw QuaiException.Invalid("invalid manifest: something follows its end");
            }

            return members;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name or string that is not valid UTF-16.
            throw QuaiException.Invalid($"invalid manifest: {e.Message}", e);
        }
    }

    /// <summary>Reads an object from its opening brace to its end.</summary>
    /// <param name="reader">At the brace.</param>
    /// <param name="top">Whether it is the document itself.</param>
    /// <param name="free">Whether its names are its author's own (annotations).</param>
    private void ReadObject(ref Utf8JsonReader reader, bool top, bool free)
    {
        HashSet<string> seen = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            string folded = free ? name : Fold(name);
            if (!seen.Add(folded))
            {
                throw QuaiException.Invalid($"invalid manifest: it has more than one {Shown(folded)}");
            }

            if (!free && s_folded.TryGetValue(folded, out string? known) && known != name)
            {
                throw QuaiException.Invalid($"invalid manifest: it has a member that some readers take for \"{known}\" and some do not");
            }

            reader.Read();
            if (top)
            {
                Note(name, ref reader);
            }

            ReadValue(ref reader, name == "annotations");
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, bool free)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref reader, top: false, free);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                ReadValue(ref reader, free);
            }
        }
    }

    private void Note(string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        _present.Add(name);
        if (name == "mediaType")
        {
            MediaType = reader.TokenType != JsonTokenType.String ? throw QuaiException.Invalid("invalid manifest: its mediaType is no text")
                : reader.GetString() is { Length: > 0 } text ? text
                : null;
        }
        else if (name == "schemaVersion" && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version))
        {
            SchemaVersion = version;
        }
    }

    /// <summary>A name as case-insensitive readers see it: Go's also take the long s and the Kelvin sign for s and k.</summary>
    private static string Fold(string name) => name.ToLowerInvariant().Replace('\u017f', 's').Replace('\u212a', 'k');

    private static string Shown(string name) => s_folded.TryGetValue(name, out string? known) ? $"\"{known}\"" : "member of one name";
}
