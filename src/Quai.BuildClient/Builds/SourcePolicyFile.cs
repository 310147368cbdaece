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

    /// <summary>Reads one.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is no such policy.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SourcePolicyFile Read(string path)
    {
        try
        {
            JsonNode? root = JsonNode.Parse(File.ReadAllText(path));
            return new SourcePolicyFile(new Policy { Version = (long?)root?["version"] ?? 0, Rules = { Items(root?["rules"]).Select(ReadRule) } });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw QuaiException.Invalid($"failed to parse source policy {path}: {e.Message}", e);
        }
    }

    private static Rule ReadRule(JsonNode? rule)
    {
        var read = new Rule { Action = Named<PolicyAction>(rule?["action"], "action"), Selector = ReadSelector(rule?["selector"]) };
        if (rule?["updates"] is { } updates)
        {
            read.Updates = new Update { Identifier = Text(updates["identifier"]) };
            foreach ((string key, JsonNode? value) in updates["attrs"]?.AsObject() ?? [])
            {
                read.Updates.Attrs[key] = Text(value);
            }
        }

        return read;
    }

    private static Selector ReadSelector(JsonNode? selector) => new()
    {
        Identifier = Text(selector?["identifier"]),
        MatchType = Named<MatchType>(selector?["match_type"] ?? selector?["matchType"], "match type"),
        Constraints =
        {
            Items(selector?["constraints"]).Select(c => new AttrConstraint { Key = Text(c?["key"]), Value = Text(c?["value"]), Condition = Named<AttrMatch>(c?["condition"], "condition") }),
        },
    };

    private static IEnumerable<JsonNode?> Items(JsonNode? list) => list?.AsArray() ?? [];

    private static string Text(JsonNode? value) => (string?)value ?? "";

    // By name, as people write it, or by number.
    private static T Named<T>(JsonNode? value, string what)
        where T : struct, Enum =>
        value is null ? default
        : value.GetValueKind() == JsonValueKind.Number ? (T)Enum.ToObject(typeof(T), (int)value)
        : Enum.TryParse(Text(value), ignoreCase: true, out T named) ? named
        : throw QuaiException.Invalid($"failed to parse source policy: unknown {what} \"{value}\"");
}
