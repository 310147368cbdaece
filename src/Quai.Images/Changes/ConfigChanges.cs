using System.Text.Json;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Images.Changes;

/// <summary>Applies lines as in <c>docker import --change</c> and <c>docker commit --change</c> (<c>CMD ["sh"]</c>, <c>ENV A=b</c> …) to an image's config.</summary>
internal static class ConfigChanges
{
    private static readonly HashSet<string> Verbs =
        ["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"];

    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <exception cref="QuaiException">A line is not a valid change; the message names it.</exception>
    public static ExecutionConfig Apply(IReadOnlyList<string> lines)
    {
        var config = new ExecutionConfig();
        Apply(config, lines);
        return config;
    }

    /// <summary>Applies them to an existing config.</summary>
    /// <exception cref="QuaiException">A line is not a valid change; the message names it.</exception>
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

        // A line's variables refer to what was set before it.
        string[] known = [.. config.Env ?? []];
        string Expand(string word) => WordExpansion.Expand(word, known);
        List<string> Words(string text) => WordExpansion.Split(text).ConvertAll(Expand);
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
                    // The old entrypoint's arguments mean nothing to a new one.
                    config.Cmd = null;
                }

                break;
            case "HEALTHCHECK":
                config.Healthcheck = HealthcheckChange.Parse(rest, Json);
                break;
            case "ENV":
                foreach ((string key, string value) in Pairs(verb, rest, Expand))
                {
                    config.Env ??= [];
                    int at = config.Env.FindIndex(e => e.StartsWith(key + "=", StringComparison.Ordinal));
                    if (at < 0)
                    {
                        config.Env.Add($"{key}={value}");
                    }
                    else
                    {
                        config.Env[at] = $"{key}={value}";
                    }
                }

                break;
            case "EXPOSE":
                foreach (string port in Words(rest))
                {
                    (config.ExposedPorts ??= [])[Port(port)] = Empty;
                }

                break;
            case "LABEL":
                foreach ((string key, string value) in Pairs(verb, rest, Expand))
                {
                    (config.Labels ??= [])[key] = value;
                }

                break;
            case "USER":
                config.User = Expand(rest);
                break;
            case "VOLUME":
                foreach (string volume in Json(rest)?.ConvertAll(Expand) ?? Words(rest))
                {
                    (config.Volumes ??= [])[volume] = Empty;
                }

                break;
            case "WORKDIR":
                string path = Expand(rest);
                config.WorkingDir = path.StartsWith('/') ? path : $"{config.WorkingDir?.TrimEnd('/')}/{path}";
                break;
            case "ONBUILD":
                (config.OnBuild ??= []).Add(rest);
                break;
            case "STOPSIGNAL":
                config.StopSignal = Expand(rest);
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
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // As in a Dockerfile: anything but JSON is for the shell.
            return null;
        }
    }

    private static List<(string Key, string Value)> Pairs(string verb, string text, Func<string, string> expand)
    {
        List<string> words = WordExpansion.Split(text);
        if (words.Count > 0 && !words[0].Contains('=', StringComparison.Ordinal))
        {
            // The old form: one name, and the rest of the line.
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            return space < 0 ? throw QuaiException.Invalid($"{verb} must have two arguments") : [(expand(text[..space]), expand(text[(space + 1)..].Trim()))];
        }

        return
        [
            .. words.Select(w => w.IndexOf('=', StringComparison.Ordinal) is var at and > 0
                ? (expand(w[..at]), expand(w[(at + 1)..]))
                : throw QuaiException.Invalid($"Syntax error - can't find = in \"{w}\". Must be of the form: name=value")),
        ];
    }
}
