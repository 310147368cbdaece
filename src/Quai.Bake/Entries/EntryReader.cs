using Quai.Bake.Plans;

namespace Quai.Bake.Entries;

/// <summary>Reads the entries that are also written as one text: caches, outputs, secrets, SSH keys, attestations.</summary>
internal static class EntryReader
{
    /// <summary>Caches: <c>type=registry,ref=…</c>, or names of images, separated by commas.</summary>
    public static IEnumerable<BakeCacheEntry> Caches(IEnumerable<string> texts) => texts
        .Where(text => text.Length > 0)
        .SelectMany(text => text.Contains('=', StringComparison.Ordinal) ? [Cache(text)] : Csv.Fields(text).Select(Cache));

    /// <summary>One cache.</summary>
    public static BakeCacheEntry Cache(string text)
    {
        string[] fields = Csv.Fields(text);
        if (fields.Length == 1 && !fields[0].Contains('=', StringComparison.Ordinal))
        {
            return new("registry", new Dictionary<string, string> { ["ref"] = fields[0] });
        }

        string type = "";
        Dictionary<string, string> attributes = [];
        foreach ((string key, string value) in fields.Select(field => Pair(field, $"invalid value {field}")))
        {
            string name = key.ToLowerInvariant();
            if (name == "type")
            {
                type = value;
            }
            else
            {
                attributes[name] = value;
            }
        }

        return type.Length > 0 ? new(type, attributes) : throw new BakeException($"type required for {Quote.Text(text)}");
    }

    /// <summary>An output: <c>type=local,dest=…</c>, a folder, or <c>-</c>.</summary>
    public static BakeOutput Output(string text)
    {
        string[] fields = Csv.Fields(text);
        if (fields.Length == 1 && fields[0] == text && !text.StartsWith("type=", StringComparison.Ordinal))
        {
            return new(text == "-" ? "tar" : "local", text, new Dictionary<string, string>());
        }

        string type = "", destination = "";
        Dictionary<string, string> attributes = [];
        foreach ((string key, string value) in fields.Select(field => Pair(field, $"invalid value {field}")))
        {
            string name = key.ToLowerInvariant().Trim();
            switch (name)
            {
                case "type":
                    type = value;
                    break;
                case "dest":
                    destination = value;
                    break;
                default:
                    attributes[name] = value;
                    break;
            }
        }

        return type.Length > 0 ? new(type, destination, attributes) : throw new BakeException("type is required for output");
    }

    /// <summary>A secret: <c>id=…,src=…</c> or <c>id=…,env=…</c>.</summary>
    public static BakeSecret Secret(string text)
    {
        string type = "", id = "", source = "", environment = "";
        foreach (string field in Csv.Fields(text))
        {
            (string key, string value) = Pair(field, $"invalid field '{field}' must be a key=value pair");
            key = key.ToLowerInvariant();
            switch (key)
            {
                case "type":
                    type = value is "file" or "env" ? value : throw new BakeException($"unsupported secret type {Quote.Text(value)}");
                    break;
                case "id":
                    id = value;
                    break;
                case "source" or "src":
                    source = value;
                    break;
                case "env":
                    environment = value;
                    break;
                default:
                    throw new BakeException($"unexpected key '{key}' in '{field}'");
            }
        }

        return type == "env" && environment.Length == 0 ? new(id, "", source) : new(id, source, environment);
    }

    /// <summary>An SSH agent or keys: <c>ID[=PATH[,PATH]]</c>.</summary>
    public static BakeSshKey Ssh(string text)
    {
        string[] parts = text.Split('=', 2);
        return new(parts[0], parts.Length > 1 ? parts[1].Split(',') : []);
    }

    /// <summary>An attestation: <c>type=…,disabled=…,…</c>.</summary>
    public static BakeAttestation Attestation(string text)
    {
        string type = "";
        bool disabled = false;
        Dictionary<string, string> attributes = [];
        foreach (string field in Csv.Fields(text))
        {
            (string key, string value) = Pair(field, $"invalid value {field}");
            switch (key.ToLowerInvariant().Trim())
            {
                case "type":
                    type = value;
                    break;
                case "disabled":
                    disabled = GoBool.Parse(value) ?? throw new BakeException($"invalid value {field}: {GoBool.Failure(value)}");
                    break;
                default:
                    attributes[key] = value;
                    break;
            }
        }

        return type.Length > 0 ? new(type, disabled, attributes) : throw new BakeException("attestation type not specified");
    }

    private static (string Key, string Value) Pair(string field, string wrong)
    {
        int equals = field.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? throw new BakeException(wrong) : (field[..equals], field[(equals + 1)..]);
    }
}
