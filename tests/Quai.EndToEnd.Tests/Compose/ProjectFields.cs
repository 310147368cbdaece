using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Compose;

/// <summary>All that an engine says of a project's containers, networks and volumes, as flat fields, but for what is another each time.</summary>
internal sealed class ProjectFields
{
    // What is another each time, or says who made it.
    private static readonly HashSet<string> s_passing =
    [
        "Created", "State", "Pid", "EndpointID", "SandboxID", "SandboxKey", "MacAddress", "IPAddress", "GlobalIPv6Address", "Gateway", "IPv6Gateway", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
        "CreatedAt", "com.docker.compose.version", "quai.compose.files-hash", "GraphDriver", "Containers", "Id", "NetworkID", "HostPort", "IPPrefixLen", "ExecIDs", "RestartCount",
    ];

    private readonly SortedDictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids;
    private readonly bool _hasFixedSubnets;

    private ProjectFields(Dictionary<string, string> ids, bool hasFixedSubnets) => (_ids, _hasFixedSubnets) = (ids, hasFixedSubnets);

    /// <summary>How many there are.</summary>
    public int Count => _fields.Count;

    /// <summary>Reads the fields of a project as it is.</summary>
    public static async Task<ProjectFields> ReadAsync(ComposeFolder folder, bool hasFixedSubnets = false)
    {
        ProjectFields fields = new(await folder.ContainersAsync(), hasFixedSubnets);
        string mine = $"--filter label=com.docker.compose.project={folder.Project}";
        await fields.CollectAsync(folder, "container inspect", string.Join(' ', fields._ids.Values));
        await fields.CollectAsync(folder, "network inspect", await folder.Client.OkAsync($"network ls -q {mine}"));
        await fields.CollectAsync(folder, "volume inspect", await folder.Client.OkAsync($"volume ls -q {mine}"));
        return fields;
    }

    /// <summary>What differs, a line each.</summary>
    public string DifferencesFrom(ProjectFields other) => string.Join('\n', _fields.Keys.Union(other._fields.Keys).Order(StringComparer.Ordinal)
        .Where(key => _fields.GetValueOrDefault(key) != other._fields.GetValueOrDefault(key)).Select(key => $"{key}: {_fields.GetValueOrDefault(key)} / {other._fields.GetValueOrDefault(key)}"));

    private async Task CollectAsync(ComposeFolder folder, string command, string names)
    {
        if (names.Length == 0)
        {
            return;
        }

        foreach (JsonNode? one in JsonNode.Parse(await folder.Client.OkAsync($"{command} {names.ReplaceLineEndings(" ")}"))!.AsArray())
        {
            // A hash that names a container is another each time.
            JsonNode? host = one!["HostConfig"];
            bool shares = ((string[])["NetworkMode", "PidMode", "IpcMode"]).Any(mode => host?[mode]?.ToString().StartsWith("container:", StringComparison.Ordinal) == true) || host?["VolumesFrom"] is JsonArray;
            Collect($"{command}: {one["Name"]}", "", one, shares);
        }
    }

    private void Collect(string path, string key, JsonNode? node, bool shares)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members.Where(member => !s_passing.Contains(member.Key) && (member.Key != "IPAM" || _hasFixedSubnets)))
                {
                    Collect($"{path}/{name}", name, value, shares);
                }

                break;
            case JsonArray items:
                // The order of these is that of a map of Go's.
                IEnumerable<JsonNode?> ordered = key is "Binds" or "Env" or "Aliases" or "Links" or "ExtraHosts" or "DNSNames" or "Ulimits" or "Mounts" ? items.OrderBy(item => Known(Sorted(item)), StringComparer.Ordinal) : items;
                foreach ((int index, JsonNode? item) in ordered.Index())
                {
                    Collect($"{path}/{index}", key, item, shares);
                }

                _fields[path] = $"{items.Count} items";
                break;
            default:
                string text = Known(node?.ToString() ?? "null");

                // An anonymous volume has another name each time.
                bool isPassing = (key is "Name" or "Source" && text.Length >= 64) || (key == "com.docker.compose.config-hash" && shares);
                _fields[path] = isPassing ? "" : key == "com.docker.compose.depends_on" ? string.Join(',', text.Split(',').Order(StringComparer.Ordinal)) : text;
                break;
        }
    }

    private string Known(string text)
    {
        foreach ((string name, string id) in _ids)
        {
            text = text.Replace(id, $"ID-OF-{name}", StringComparison.Ordinal).Replace(id[..12], $"ID-OF-{name}", StringComparison.Ordinal);
        }

        return text;
    }

    private static string Sorted(JsonNode? item) => item is JsonObject members ? $"{members["Destination"] ?? members["Target"] ?? members["Name"]}" : item?.ToString() ?? "";
}
