using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Trust;

/// <summary>
/// What is signed: "this repository has this digest", as cosign writes it (cosign's <c>SIGNATURE_SPEC.md</c>, the
/// "simple signing" document of containers' <c>containers-signature(5)</c>).
/// </summary>
/// <param name="Identity">The repository (or reference) that the signer meant: <c>registry.example/team/app</c>.</param>
/// <param name="Digest">The manifest's digest.</param>
public sealed record SimpleSigning(string Identity, Digest Digest)
{
    /// <summary>The media type of a payload as a signature image's layer.</summary>
    public const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    private const string CosignType = "cosign container image signature", AtomicType = "atomic container signature";

    /// <summary>The document's bytes, which are what is signed.</summary>
    public byte[] ToPayload()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("critical");
            json.WriteStartObject("identity");
            json.WriteString("docker-reference", Identity);
            json.WriteEndObject();
            json.WriteStartObject("image");
            json.WriteString("docker-manifest-digest", Digest.ToString());
            json.WriteEndObject();
            json.WriteString("type", CosignType);
            json.WriteEndObject();
            json.WriteNull("optional");
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a payload. Its contents mean nothing until its signature has been verified.</summary>
    /// <exception cref="QuaiException">It is not such a document, or has critical parts that are not known here.</exception>
    public static SimpleSigning Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(payload);
            JsonElement critical = Member(json.RootElement, "critical", JsonValueKind.Object);
            foreach (JsonProperty property in critical.EnumerateObject())
            {
                // A critical part that is not understood means refusal.
                if (property.Name is not ("identity" or "image" or "type"))
                {
                    throw QuaiException.Invalid($"the signature's payload has an unknown critical part \"{property.Name}\"");
                }
            }

            string? type = Member(critical, "type", JsonValueKind.String).GetString();
            if (type is not (CosignType or AtomicType))
            {
                throw QuaiException.Invalid($"the signature's payload is a \"{type}\", not the signature of an image");
            }

            string identity = Member(Member(critical, "identity", JsonValueKind.Object), "docker-reference", JsonValueKind.String).GetString()!;
            string digest = Member(Member(critical, "image", JsonValueKind.Object), "docker-manifest-digest", JsonValueKind.String).GetString()!;
            return new SimpleSigning(identity, Digest.Parse(digest));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is the reader's error for text that is not Unicode.
            throw QuaiException.Invalid($"the signature's payload is no JSON: {e.Message}", e);
        }
    }

    /// <summary>Whether the signer meant this repository. A bare name means one of docker.io, as everywhere.</summary>
    public bool IsFor(string repository)
    {
        try
        {
            return ImageReference.Parse(Identity).Name == repository;
        }
        catch (QuaiException)
        {
            return false;
        }
    }

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw QuaiException.Invalid($"the signature's payload has no \"{name}\"");

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(ToPayload());
}
