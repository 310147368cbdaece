using System.Text;
using System.Text.Json;
using Quai.Errors;

namespace Quai.Trust;

/// <summary>Reads <c>policy.json</c> (<c>containers-policy.json(5)</c>), strictly: what is not understood must not count as allowed.</summary>
public static class PolicyReader
{
    private const string Transport = "docker";

    /// <summary>Reads a policy file.</summary>
    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="QuaiException">It cannot be read, or is not a valid policy.</exception>
    public static SignaturePolicy? ReadFile(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"the policy {path} cannot be read: {e.Message}", e);
        }

        return Read(bytes, path);
    }

    /// <summary>Reads a policy.</summary>
    /// <param name="document">Its JSON.</param>
    /// <param name="source">Its name in messages.</param>
    /// <exception cref="QuaiException">It is not valid.</exception>
    public static SignaturePolicy Read(ReadOnlyMemory<byte> document, string source)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(document, new JsonDocumentOptions { AllowDuplicateProperties = false });
            JsonElement root = json.RootElement;
            Known(root, source, "the policy", "default", "transports");
            if (!root.TryGetProperty("default", out JsonElement standard))
            {
                throw Wrong(source, "\"default\" is missing");
            }

            Dictionary<string, IReadOnlyList<PolicyRequirement>> scopes = [];
            if (root.TryGetProperty("transports", out JsonElement transports))
            {
                Object(transports, source, "transports");

                // Other transports are for other programs: directories and archives, which are never named like this here.
                if (transports.TryGetProperty(Transport, out JsonElement docker))
                {
                    Object(docker, source, "transports.docker");
                    foreach (JsonProperty scope in docker.EnumerateObject())
                    {
                        scopes[scope.Name] = Requirements(scope.Value, source, $"transports.docker[\"{scope.Name}\"]");
                    }
                }
            }

            return new SignaturePolicy(source, Requirements(standard, source, "default"), scopes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is the reader's error for text that is not Unicode.
            throw Wrong(source, e.Message, e);
        }
    }

    private static List<PolicyRequirement> Requirements(JsonElement list, string source, string place)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw Wrong(source, $"{place} must be a list of at least one requirement");
        }

        return [.. list.EnumerateArray().Select((item, i) => Requirement(item, source, $"{place}[{i}]"))];
    }

    private static PolicyRequirement Requirement(JsonElement item, string source, string place)
    {
        Object(item, source, place);
        string? type = item.TryGetProperty("type", out JsonElement t) && t.ValueKind == JsonValueKind.String ? t.GetString() : null;
        switch (type)
        {
            case "insecureAcceptAnything":
                Known(item, source, place, "type");
                return new PolicyRequirement.Accept();
            case "reject":
                Known(item, source, place, "type");
                return new PolicyRequirement.Reject();
            case "sigstoreSigned":
                Known(item, source, place, "type", "keyPath", "keyPaths", "keyData", "keyDatas", "signedIdentity");
                List<VerificationKey> keys = Keys(item, source, place);
                SignedIdentity identity = item.TryGetProperty("signedIdentity", out JsonElement named) ? Identity(named, source, place + ".signedIdentity") : SignedIdentity.Default;
                return new PolicyRequirement.Signed(keys, identity);
            case "signedBy":
                throw Wrong(source, $"{place}: GPG signatures (\"signedBy\") are not supported; use \"sigstoreSigned\" with a key");
            default:
                throw Wrong(source, $"{place}: unknown type \"{type}\"");
        }
    }

    private static List<VerificationKey> Keys(JsonElement item, string source, string place)
    {
        List<VerificationKey> keys = [];
        foreach ((string name, bool isPath) in new[] { ("keyPath", true), ("keyPaths", true), ("keyData", false), ("keyDatas", false) })
        {
            if (!item.TryGetProperty(name, out JsonElement value))
            {
                continue;
            }

            if (keys.Count > 0)
            {
                throw Wrong(source, $"{place} may name its keys in one way only");
            }

            foreach (JsonElement one in name.EndsWith('s') && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : Enumerable.Repeat(value, 1))
            {
                string text = one.ValueKind == JsonValueKind.String ? one.GetString()! : throw Wrong(source, $"{place}.{name} must be text");
                try
                {
                    keys.Add(isPath ? VerificationKey.FromFile(text) : VerificationKey.FromPem(Decode(text, source, place + "." + name), name));
                }
                catch (QuaiException e)
                {
                    throw Wrong(source, $"{place}: {e.Message}", e);
                }
            }
        }

        return keys.Count > 0 ? keys : throw Wrong(source, $"{place} names no key");
    }

    private static string Decode(string base64, string source, string place)
    {
        try
        {
            return Encoding.ASCII.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException e)
        {
            throw Wrong(source, $"{place} is no base64", e);
        }
    }

    private static SignedIdentity Identity(JsonElement item, string source, string place)
    {
        Object(item, source, place);
        string Text(string name) => item.TryGetProperty(name, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString()! : throw Wrong(source, $"{place}.{name} must be text");
        string type = Text("type");
        switch (type)
        {
            case "matchRepository" or "matchRepoDigestOrExact":
                Known(item, source, place, "type");
                return SignedIdentity.Default;
            case "matchExact":
                Known(item, source, place, "type");
                return new SignedIdentity(SignedIdentityKind.MatchExact);
            case "exactRepository":
                Known(item, source, place, "type", "dockerRepository");
                return new SignedIdentity(SignedIdentityKind.ExactRepository, Text("dockerRepository"));
            case "exactReference":
                Known(item, source, place, "type", "dockerReference");
                return new SignedIdentity(SignedIdentityKind.ExactReference, Text("dockerReference"));
            case "remapIdentity":
                Known(item, source, place, "type", "prefix", "signedPrefix");
                return new SignedIdentity(SignedIdentityKind.RemapIdentity, Text("prefix"), Text("signedPrefix"));
            default:
                throw Wrong(source, $"{place}: unknown type \"{type}\"");
        }
    }

    private static void Object(JsonElement item, string source, string place)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(source, $"{place} must be an object");
        }
    }

    private static void Known(JsonElement item, string source, string place, params ReadOnlySpan<string> names)
    {
        Object(item, source, place);
        foreach (JsonProperty property in item.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw Wrong(source, $"{place} has an unknown member \"{property.Name}\"");
            }
        }
    }

    private static QuaiException Wrong(string source, string what, Exception? inner = null) => QuaiException.Invalid($"the policy {source} is not valid: {what}", inner);
}
