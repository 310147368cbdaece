using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Compose;

/// <summary>What <c>quai compose</c> makes is what Docker's compose makes: each takes the other's for its own.</summary>
public sealed class BothToolsTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private const string Everything = """
        services:
          full:
            image: BASE
            command: SLEEPS
            hostname: fullhost
            user: "0:0"
            working_dir: /tmp
            stdin_open: true
            stop_grace_period: 1m5s
            environment: {A: "1", B: , C: "x=y"}
            env_file: [vars.env]
            label_file: [labels.txt]
            labels: {my.label: v}
            expose: ["3000"]
            ports: ["127.0.0.1::80", "127.0.0.1::81/udp"]
            cap_add: [NET_ADMIN]
            cap_drop: [mknod]
            init: true
            ipc: shareable
            restart: on-failure:3
            sysctls: {net.core.somaxconn: 1024}
            dns: [1.1.1.1]
            extra_hosts: ["a:1.2.3.4", "b=5.6.7.8"]
            security_opt: ["no-new-privileges:true"]
            tmpfs: [/tmp1, "/tmp2:size=1m"]
            ulimits: {nofile: {soft: 1000, hard: 2000}, nproc: 5120}
            mem_limit: 256m
            cpus: 0.7
            pids_limit: 100
            devices: ["/dev/null:/dev/xnull:rw"]
            logging: {driver: json-file, options: {max-size: 1m}}
            healthcheck: {test: "true", interval: 1s, timeout: 5s, retries: 4, start_period: 10s, start_interval: 1s}
            volumes:
              - named:/named
              - /anonymous
              - ./folder:/folder:ro
              - {type: bind, source: ./folder, target: /long, bind: {propagation: rprivate}}
              - {type: volume, source: named, target: /uncopied, volume: {nocopy: true}}
              - {type: tmpfs, target: /tm, tmpfs: {size: 1m, mode: 0700}}
            secrets: [kept, {source: variable, target: /etc/variable, uid: "12", mode: 0440}]
            configs: [{source: inline, target: /etc/inline}]
            networks: {default: {aliases: [al1, al2]}, other: {priority: 10}}
          limited:
            image: BASE
            command: SLEEPS
            deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 50M}, reservations: {memory: 20M}}}
            depends_on: {full: {condition: service_healthy, restart: true}}
          linked: {image: BASE, command: SLEEPS, links: ["full:alias"]}
          sharing: {image: BASE, command: SLEEPS, network_mode: "service:full", volumes_from: [full]}
          alone: {image: BASE, command: SLEEPS, network_mode: none, read_only: true}
        networks:
          other: {internal: true, labels: {n: l}}
        volumes:
          named: {labels: {v: l}}
        secrets:
          kept: {file: ./secret.txt}
          variable: {environment: VARIABLE}
        configs:
          inline: {content: "hello"}
        """;

    // What is another each time, or says who made it.
    private static readonly HashSet<string> s_passing =
    [
        "Created", "State", "Pid", "EndpointID", "SandboxID", "SandboxKey", "MacAddress", "IPAddress", "GlobalIPv6Address", "Gateway", "IPv6Gateway", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
        "CreatedAt", "com.docker.compose.version", "quai.compose.files-hash", "GraphDriver", "Containers", "Id", "NetworkID", "HostPort", "IPAM", "IPPrefixLen", "ExecIDs",
    ];

    [Fact]
    public async Task Neither_makes_anew_what_the_other_made()
    {
        await using ComposeFolder folder = Folder();
        await folder.PluginAsync("up -d");
        Dictionary<string, string> theirs = await folder.ContainersAsync();
        await folder.OkAsync("up -d");
        Assert.Equal(theirs, await folder.ContainersAsync());
        await folder.OkAsync("down -v");
        await folder.NothingIsLeftAsync();

        await folder.OkAsync("up -d");
        Dictionary<string, string> ours = await folder.ContainersAsync();
        await folder.PluginAsync("up -d");
        Assert.Equal(ours, await folder.ContainersAsync());
        await folder.PluginAsync("down -v");
        await folder.NothingIsLeftAsync();
    }

    [Fact]
    public async Task Both_make_the_same_field_by_field()
    {
        await using ComposeFolder folder = Folder();
        await folder.PluginAsync("up -d");
        SortedDictionary<string, string> theirs = await FieldsAsync(folder);
        await folder.PluginAsync("down -v");
        await folder.OkAsync("up -d");
        SortedDictionary<string, string> ours = await FieldsAsync(folder);
        Assert.True(theirs.Count > 500, $"{theirs.Count} fields are too few");
        string[] differences = [.. theirs.Keys.Union(ours.Keys).Where(key => theirs.GetValueOrDefault(key) != ours.GetValueOrDefault(key)).Select(key => $"{key}: {theirs.GetValueOrDefault(key)} / {ours.GetValueOrDefault(key)}")];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    private ComposeFolder Folder()
    {
        ComposeFolder folder = new(engine, Everything);
        Directory.CreateDirectory(Path.Combine(folder.Folder, "folder"));
        return folder.Write("vars.env", "FROM_FILE=1\n").Write("labels.txt", "from.file=1\n").Write("secret.txt", "secret").Write(".env", "VARIABLE=of a file\n");
    }

    private static async Task<SortedDictionary<string, string>> FieldsAsync(ComposeFolder folder)
    {
        SortedDictionary<string, string> fields = new(StringComparer.Ordinal);
        Dictionary<string, string> ids = await folder.ContainersAsync();
        JsonArray containers = JsonNode.Parse(await folder.Client.OkAsync($"inspect {string.Join(' ', ids.Values)}"))!.AsArray();
        JsonArray networks = JsonNode.Parse(await folder.Client.OkAsync($"network inspect {folder.Project}_default {folder.Project}_other"))!.AsArray();
        JsonArray volumes = JsonNode.Parse(await folder.Client.OkAsync($"volume inspect {folder.Project}_named"))!.AsArray();
        string Known(string text)
        {
            foreach ((string name, string id) in ids)
            {
                text = text.Replace(id, $"ID-OF-{name}", StringComparison.Ordinal).Replace(id[..12], $"ID-OF-{name}", StringComparison.Ordinal);
            }

            return text;
        }

        foreach (JsonNode? one in containers.Concat(networks).Concat(volumes))
        {
            Collect(one!["Name"]!.ToString(), "", one, fields, Known);
        }

        return fields;
    }

    private static void Collect(string path, string key, JsonNode? node, SortedDictionary<string, string> fields, Func<string, string> known)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members.Where(member => !s_passing.Contains(member.Key)))
                {
                    Collect($"{path}/{name}", name, value, fields, known);
                }

                break;
            case JsonArray items:
                // The order of these is that of a map of Go's.
                IEnumerable<JsonNode?> ordered = key is "Binds" or "Env" or "Aliases" or "Links" or "ExtraHosts" or "DNSNames" or "Ulimits" or "Mounts" ? items.OrderBy(item => known(Sorted(item)), StringComparer.Ordinal) : items;
                foreach ((int index, JsonNode? item) in ordered.Index())
                {
                    Collect($"{path}/{index}", key, item, fields, known);
                }

                fields[path] = $"{items.Count} items";
                break;
            default:
                string text = known(node?.ToString() ?? "null");

                // An anonymous volume has another name each time, and a hash that names a container is another, too.
                bool isPassing = (key is "Name" or "Source" && text.Length >= 64) || (key == "com.docker.compose.config-hash" && path.Contains("sharing", StringComparison.Ordinal));
                fields[path] = isPassing ? "" : key == "com.docker.compose.depends_on" ? string.Join(',', text.Split(',').Order(StringComparer.Ordinal)) : text;
                break;
        }
    }

    private static string Sorted(JsonNode? item) => item is JsonObject members ? $"{members["Destination"] ?? members["Target"] ?? members["Name"]}" : item?.ToString() ?? "";
}
