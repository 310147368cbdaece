using Quai.Bake.Plans;

namespace Quai.Bake.Printing;

/// <summary>Prints plans as JSON, which can be read as a bake file again.</summary>
public static class PlanPrinter
{
    /// <summary>The text of <c>--print</c>, without an end of line.</summary>
    public static string Print(BakePlan plan)
    {
        JsonIndenter json = new();
        json.Open('{');
        if (plan.Groups.Count > 0)
        {
            json.Name("group");
            json.Open('{');
            foreach (BakeGroup group in plan.Groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal))
            {
                json.Name(group.Name);
                json.Open('{');
                json.Member("description", NullIfEmpty(group.Description));
                json.Name("targets");
                json.Open('[');
                foreach (string target in group.Targets)
                {
                    json.Text(target);
                }

                json.Close(']');
                json.Close('}');
            }

            json.Close('}');
        }

        json.Name("target");
        json.Open('{');
        foreach (BakeTarget target in plan.Targets.Values.OrderBy(target => target.Name, StringComparer.Ordinal))
        {
            json.Name(target.Name);
            Print(target, json);
        }

        json.Close('}');
        json.Close('}');
        return json.ToString();
    }

    private static void Print(BakeTarget target, JsonIndenter json)
    {
        json.Open('{');
        json.Member("description", NullIfEmpty(target.Description));
        json.Member("annotations", [.. target.Annotations.Select(Escape)]);
        Objects("attest", target.Attestations, json, one => Entry(json, one.Attributes, [("type", GoJson.Quote(one.Type)), ("disabled", one.IsDisabled ? "true" : null)]));
        json.Member("context", target.Context);
        json.Member("contexts", target.Contexts);
        json.Member("dockerfile", target.Dockerfile);
        json.Member("dockerfile-inline", target.DockerfileInline is { } text ? Escape(text) : null);
        json.Member("args", Escape(target.Arguments));
        json.Member("labels", Escape(target.Labels));
        json.Member("tags", target.Tags);
        Objects("cache-from", target.CacheFrom, json, one => Entry(json, one.Attributes, [("type", GoJson.Quote(one.Type))]));
        Objects("cache-to", target.CacheTo, json, one => Entry(json, one.Attributes, [("type", GoJson.Quote(one.Type))]));
        json.Member("target", target.Stage);
        Objects("secret", target.Secrets, json, one =>
        {
            json.Open('{');
            json.Member("id", NullIfEmpty(one.Id));
            json.Member("src", NullIfEmpty(one.Source));
            json.Member("env", NullIfEmpty(one.Environment));
            json.Close('}');
        });
        Objects("ssh", target.SshKeys, json, one =>
        {
            json.Open('{');
            json.Member("id", NullIfEmpty(one.Id));
            json.Member("paths", one.Paths);
            json.Close('}');
        });
        json.Member("platforms", target.Platforms);
        Objects("output", target.Outputs, json, one => Entry(json, one.Attributes, [("type", GoJson.Quote(one.Type)), ("dest", one.Destination.Length > 0 ? GoJson.Quote(one.Destination) : null)]));
        Bool("pull", target.Pull, json);
        Bool("no-cache", target.NoCache, json);
        json.Member("network", target.Network);
        json.Member("no-cache-filter", target.NoCacheFilter);
        json.Member("shm-size", target.SharedMemorySize);
        json.Member("ulimits", target.Ulimits);
        json.Member("call", target.Call);
        json.Member("entitlements", target.Entitlements);
        json.Member("extra-hosts", Escape(target.ExtraHosts));
        json.Close('}');
    }

    private static void Bool(string name, bool? value, JsonIndenter json)
    {
        if (value is { } one)
        {
            json.Name(name);
            json.Raw(one ? "true" : "false");
        }
    }

    private static void Objects<T>(string name, IReadOnlyList<T> entries, JsonIndenter json, Action<T> print)
    {
        if (entries.Count == 0)
        {
            return;
        }

        json.Name(name);
        json.Open('[');
        foreach (T entry in entries)
        {
            print(entry);
        }

        json.Close(']');
    }

    private static void Entry(JsonIndenter json, IReadOnlyDictionary<string, string> attributes, (string Name, string? Json)[] more)
    {
        Dictionary<string, string> members = attributes.ToDictionary(entry => entry.Key, entry => GoJson.Quote(entry.Value));
        foreach ((string name, string? value) in more)
        {
            if (value is not null)
            {
                members[name] = value;
            }
        }

        json.Open('{');
        foreach ((string name, string value) in members.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.Name(name);
            json.Raw(value);
        }

        json.Close('}');
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>Text that is no template when it is read again.</summary>
    private static string Escape(string text) => text.Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);

    private static Dictionary<string, string> Escape(IReadOnlyDictionary<string, string> map) => map.ToDictionary(entry => entry.Key, entry => Escape(entry.Value));
}
