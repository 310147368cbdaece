using Quai.Compose.Forms;
using Quai.Compose.Yaml;

namespace Quai.Compose.Merging;

/// <summary>Of elements of lists that mean the same thing, the last one counts, in the place of the first.</summary>
/// <param name="faults">What is wrong.</param>
internal sealed class Uniqueness(FaultList faults)
{
    private static readonly (string[] Pattern, Func<ComposeNode, string?> Key)[] s_keys =
    [
        .. Of(KeyOfPair,
            "networks.*.labels", "networks.*.ipam.options", "services.*.annotations", "services.*.build.args", "services.*.build.additional_contexts",
            "services.*.build.platform", "services.*.build.tags", "services.*.build.labels", "services.*.cap_add", "services.*.cap_drop",
            "services.*.deploy.labels", "services.*.dns", "services.*.dns_opt", "services.*.dns_search", "services.*.environment",
            "services.*.labels", "services.*.links", "services.*.networks.*.aliases", "services.*.networks.*.link_local_ips",
            "services.*.profiles", "services.*.sysctls", "services.*.tmpfs"),
        .. Of(KeyOfMount, "services.*.volumes"),
        .. Of(KeyOfDevice, "services.*.devices"),
        .. Of(KeyOfPort, "services.*.ports"),
        .. Of(node => KeyOfFile(node, ""), "services.*.configs"),
        .. Of(node => KeyOfFile(node, "/run/secrets"), "services.*.secrets"),
        .. Of(node => Text(node, "path"), "services.*.env_file"),
        .. Of(node => (node as ComposeScalar)?.Text, "services.*.expose"),
    ];

    /// <summary>Applies this to a whole tree.</summary>
    public void Apply(ComposeNode tree, NodePath path)
    {
        switch (tree)
        {
            case ComposeMapping mapping:
                foreach ((string key, ComposeNode value) in mapping.Entries)
                {
                    Apply(value, path.Key(key));
                }

                break;
            case ComposeSequence sequence:
                Reduce(sequence, path);
                break;
        }
    }

    private void Reduce(ComposeSequence sequence, NodePath path)
    {
        foreach ((string[] pattern, Func<ComposeNode, string?> keyOf) in s_keys)
        {
            if (!path.Matches(pattern))
            {
                continue;
            }

            List<ComposeNode> kept = [];
            Dictionary<string, int> places = [];
            foreach (ComposeNode item in sequence.Items)
            {
                if (keyOf(item) is not { } key)
                {
                    if (pattern[^1] is "volumes" or "devices" or "ports")
                    {
                        string? error = null;
                        _ = item is ComposeScalar scalar ? MountForm.Parse(scalar.Text, out error) : null;
                        faults.Add(path.Element(kept.Count), item, error ?? $"{path.Element(kept.Count)} is missing a target", error is null ? "target" : "[SOURCE:]TARGET[:OPTIONS]");
                    }

                    kept.Add(item);
                }
                else if (!places.TryAdd(key, kept.Count))
                {
                    kept[places[key]] = item;
                }
                else
                {
                    kept.Add(item);
                }
            }

            sequence.List.Clear();
            sequence.List.AddRange(kept);
            return;
        }
    }

    private static string? KeyOfPair(ComposeNode node) => (node as ComposeScalar)?.Text.Split('=', 2)[0];

    private static string? KeyOfMount(ComposeNode node) => node is ComposeScalar scalar
        ? (MountForm.Parse(scalar.Text, out _) is { } mount ? Text(mount, "target") : null)
        : Text(node, "target");

    private static string? KeyOfDevice(ComposeNode node)
    {
        if (node is not ComposeScalar scalar)
        {
            return Text(node, "target");
        }

        string[] parts = scalar.Text.Split(':');
        return parts.Length > 1 ? parts[1] : parts[0];
    }

    private static string? KeyOfPort(ComposeNode node) => node switch
    {
        ComposeScalar scalar => scalar.Text,
        ComposeMapping port when Text(port, "target") is { } target =>
            $"{Text(port, "host_ip") ?? "0.0.0.0"}:{Text(port, "published") ?? ""}:{target}/{Text(port, "protocol") ?? "tcp"}",
        _ => null,
    };

    private static string? KeyOfFile(ComposeNode node, string folder) => node switch
    {
        ComposeScalar scalar => $"{folder}/{scalar.Text}",
        ComposeMapping => Text(node, "target") ?? $"{folder}/{Text(node, "source")}",
        _ => null,
    };

    private static string? Text(ComposeNode node, string key) => node is ComposeScalar scalar ? scalar.Text : ((node as ComposeMapping)?[key] as ComposeScalar)?.Text;

    private static IEnumerable<(string[] Pattern, Func<ComposeNode, string?> Key)> Of(Func<ComposeNode, string?> key, params string[] patterns) =>
        patterns.Select(pattern => (pattern.Split('.'), key));
}
