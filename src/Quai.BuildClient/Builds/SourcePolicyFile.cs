using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.BuildProtocol.SourcePolicies;
using Quai.Errors;
using MatchType = Quai.BuildProtocol.SourcePolicies.MatchType;

namespace Quai.BuildClient.Builds;

/// <summary>
/// Which sources a build may have, and which stand for others, as a file says it in JSON:
/// <code>
/// { "rules": [{ "action": "CONVERT", "selector": { "identifier": "docker-image://docker.io/library/alpine:*" }, "updates": { "identifier": "docker-image://mirror.example/alpine:${1}" } }] }
/// </code>
/// </summary>
public sealed class SourcePolicyFile
{
    private SourcePolicyFile(Policy policy) => Policy = policy;

    internal Policy Policy { get; }

    /// <summary>Reads one. Members are found in whatever case, as buildx finds them; what is no member of a policy is refused, as it may be one that was misspelt.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is no such policy. Kind NotFound: there is no such file.</exception>
    public static SourcePolicyFile Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.NotFound($"failed to read source policy {path}: {(e is FileNotFoundException or DirectoryNotFoundException ? "no such file or directory" : e.Message)}", e);
        }

        try
        {
            Members root = new(JsonNode.Parse(text), "policy", "version", "rules");
            return new SourcePolicyFile(new Policy { Version = (long?)root["version"] ?? 0, Rules = { Items(root["rules"]).Select(ReadRule) } });
        }
        catch (JsonException e)
        {
            throw QuaiException.Invalid($"failed to parse source policy {path}: it is no JSON (line {e.LineNumber + 1})", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw QuaiException.Invalid($"failed to parse source policy {path}: {e.Message}", e);
        }
    }

    private static Rule ReadRule(JsonNode? node)
    {
        Members rule = new(node, "rule", "action", "selector", "updates");
        var read = new Rule { Action = Named<PolicyAction>(rule["action"], "action"), Selector = rule["selector"] is { } selector ? ReadSelector(selector) : null };
        if (rule["updates"] is { } given)
        {
            Members updates = new(given, "updates", "identifier", "attrs");
            read.Updates = new Update { Identifier = Text(updates["identifier"]) };
            foreach ((string key, JsonNode? value) in updates["attrs"]?.AsObject() ?? [])
            {
                read.Updates.Attrs[key] = Text(value);
            }
        }

        return read.Selector is null ? throw QuaiException.Invalid("failed to parse source policy: a rule has no selector") : read;
    }

    private static Selector ReadSelector(JsonNode node)
    {
        Members selector = new(node, "selector", "identifier", "match_type", "constraints");
        return new Selector
        {
            Identifier = Text(selector["identifier"]),
            MatchType = Named<MatchType>(selector["match_type"], "match type"),
            Constraints = { Items(selector["constraints"]).Select(ReadConstraint) },
        };
    }

    private static AttrConstraint ReadConstraint(JsonNode? node)
    {
        Members constraint = new(node, "constraint", "key", "value", "condition");
        return new AttrConstraint { Key = Text(constraint["key"]), Value = Text(constraint["value"]), Condition = Named<AttrMatch>(constraint["condition"], "condition") };
    }

    private static IEnumerable<JsonNode?> Items(JsonNode? list) => list?.AsArray() ?? [];

    private static string Text(JsonNode? value) => (string?)value ?? "";

    // By name, as people write it, or by number.
    private static T Named<T>(JsonNode? value, string what)
        where T : struct, Enum =>
        value is null ? default
        : value.GetValueKind() == JsonValueKind.Number ? (T)Enum.ToObject(typeof(T), (int)value)
        : Enum.TryParse(Text(value), ignoreCase: true, out T named) ? named
        : throw QuaiException.Invalid($"failed to parse source policy: unknown {what} \"{value}\"");

    /// <summary>The members of an object, in whatever case.</summary>
    private sealed class Members
    {
        private readonly Dictionary<string, JsonNode?> _values = new(StringComparer.OrdinalIgnoreCase);

        public Members(JsonNode? node, string what, params ReadOnlySpan<string> known)
        {
            foreach ((string name, JsonNode? value) in node as JsonObject ?? throw QuaiException.Invalid($"failed to parse source policy: a {what} is no object"))
            {
                bool isKnown = false;
                foreach (string member in known)
                {
                    isKnown |= member.Equals(name, StringComparison.OrdinalIgnoreCase);
                }

                _values[name] = isKnown ? value : throw QuaiException.Invalid($"failed to parse source policy: a {what} has no member \"{name}\"");
            }
        }

        public JsonNode? this[string name] => _values.GetValueOrDefault(name);
    }
}
