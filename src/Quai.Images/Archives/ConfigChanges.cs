using System.Text;
using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Archives;

/// <summary>Applies lines as <c>docker import --change</c> and <c>docker commit --change</c> take them (<c>CMD ["sh"]</c>, <c>ENV A=b</c> …) to an image's config.</summary>
internal static class ConfigChanges
{
    private static readonly HashSet<string> Verbs =
        ["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"];

    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <exception cref="QuaiException">A line is no valid change; names it.</exception>
    public static ExecutionConfig Apply(IReadOnlyList<string> lines)
    {
        var config = new ExecutionConfig();
        Apply(config, lines);
        return config;
    }

    /// <summary>Applies them to a config that there is already.</summary>
    /// <exception cref="QuaiException">A line is no valid change; names it.</exception>
    public static void Apply(ExecutionConfig config, IReadOnlyList<string> lines)
    {
        bool commandSet = false;
        foreach (string line in lines.SelectMany(l => l.Split('\n')))
        {
            string trimmed = line.Trim();
            if (trimmed.Length > 0)
            {
                Apply(config, trimmed, ref commandSet);
            }
        }
    }

    private static void Apply(ExecutionConfig config, string line, ref bool commandSet)
    {
        int space = line.AsSpan().IndexOfAny(' ', '\t');
        string written = space < 0 ? line : line[..space];
        string verb = written.ToUpperInvariant();
        string rest = space < 0 ? "" : line[(space + 1)..].Trim();
        if (rest.Length == 0 && Verbs.Contains(verb))
        {
            throw QuaiException.Invalid($"{verb} requires at least one argument");
        }

        switch (verb)
        {
            case "CMD":
                config.Cmd = Command(rest);
                commandSet = true;
                break;
            case "ENTRYPOINT":
                config.Entrypoint = Command(rest);
                if (!commandSet)
                {
                    // What was the entrypoint's argument means nothing to another one.
                    config.Cmd = null;
                }

                break;
            case "HEALTHCHECK":
                config.Healthcheck = HealthcheckChange.Parse(rest, Json);
                break;
            case "ENV":
                foreach ((string key, string value) in Pairs(verb, rest))
                {
                    config.Env ??= [];
                    config.Env.RemoveAll(e => e.StartsWith(key + "=", StringComparison.Ordinal));
                    config.Env.Add($"{key}={value}");
                }

                break;
            case "EXPOSE":
                foreach (string port in Words(rest))
                {
                    (config.ExposedPorts ??= [])[Port(port)] = Empty;
                }

                break;
            case "LABEL":
                foreach ((string key, string value) in Pairs(verb, rest))
                {
                    (config.Labels ??= [])[key] = value;
                }

                break;
            case "USER":
                config.User = rest;
                break;
            case "VOLUME":
                foreach (string volume in Json(rest) ?? Words(rest))
                {
                    (config.Volumes ??= [])[volume] = Empty;
                }

                break;
            case "WORKDIR":
                string path = Words(rest) is [var only] ? only : rest;
                config.WorkingDir = path.StartsWith('/') ? path : $"{config.WorkingDir?.TrimEnd('/')}/{path}";
                break;
            case "ONBUILD":
                (config.OnBuild ??= []).Add(rest);
                break;
            case "STOPSIGNAL":
                config.StopSignal = rest;
                break;
            default:
                throw QuaiException.Invalid($"{written} is not a valid change command");
        }
    }

    private static List<string> Command(string text) => Json(text) ?? ["/bin/sh", "-c", text];

    private static string Port(string text)
    {
        string[] parts = text.Split('/');
        string protocol = parts.Length == 2 ? parts[1].ToLowerInvariant() : "tcp";
        return parts.Length <= 2 && ushort.TryParse(parts[0], out ushort port) && port > 0 && protocol is "tcp" or "udp" or "sctp"
            ? $"{parts[0]}/{protocol}"
            : throw QuaiException.Invalid($"invalid containerPort: {text}");
    }

    private static List<string>? Json(string text)
    {
        if (!text.StartsWith('['))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String) ? [.. json.RootElement.EnumerateArray().Select(e => e.GetString()!)] : null;
        }
        catch (JsonException)
        {
            // As in a Dockerfile: what is no JSON is a shell's.
            return null;
        }
    }

    private static List<(string Key, string Value)> Pairs(string verb, string text)
    {
        List<string> words = Words(text);
        if (words.Count > 0 && !words[0].Contains('=', StringComparison.Ordinal))
        {
            // The old form: one name, and the rest of the line.
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            return space < 0 ? throw QuaiException.Invalid($"{verb} must have two arguments") : [(text[..space], text[(space + 1)..].Trim())];
        }

        return
        [
            .. words.Select(w => w.IndexOf('=', StringComparison.Ordinal) is var at and > 0
                ? (w[..at], w[(at + 1)..])
                : throw QuaiException.Invalid($"Syntax error - can't find = in \"{w}\". Must be of the form: name=value")),
        ];
    }

    /// <summary>Words, with quotes and backslashes taken away.</summary>
    private static List<string> Words(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        bool any = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                word.Append(text[++i]);
                any = true;
            }
            else if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote != '\0' ? '\0' : c;
                any = true;
            }
            else if (quote == '\0' && c is ' ' or '\t')
            {
                if (any)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    any = false;
                }
            }
            else
            {
                word.Append(c);
                any = true;
            }
        }

        if (any)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
