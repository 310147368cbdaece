using System.Net;
using Quai.Compose.Yaml;

namespace Quai.Compose.Checking;

/// <summary>Rules about parts of a project that its schema cannot say.</summary>
internal static class TreeChecks
{
    private static readonly string[] s_config = ["file", "environment", "content"], s_secret = ["file", "environment"];

    /// <summary>Checks a whole project.</summary>
    public static void Check(ComposeMapping root, FaultList faults)
    {
        foreach ((NodePath path, ComposeMapping volume) in All(root, "volumes"))
        {
            External(volume, path, faults);
        }

        foreach ((NodePath path, ComposeMapping config) in All(root, "configs"))
        {
            FileObject(config, path, s_config, faults);
        }

        foreach ((NodePath path, ComposeMapping secret) in All(root, "secrets"))
        {
            FileObject(secret, path, s_secret, faults);
        }

        foreach ((NodePath path, ComposeMapping service) in All(root, "services"))
        {
            Service(service, path, faults);
        }
    }

    private static void Service(ComposeMapping service, NodePath path, FaultList faults)
    {
        foreach ((NodePath place, ComposeMapping port) in Items(service, "ports", path))
        {
            if (port["host_ip"] is ComposeScalar { Text.Length: > 0 } ip && !IPAddress.TryParse(ip.Text, out _))
            {
                faults.Add(place.Key("host_ip"), ip, $"{place}: invalid ip address: {ip.Text}", "an IP address");
            }
        }

        if (service["develop"] is ComposeMapping develop)
        {
            foreach ((NodePath place, ComposeMapping rule) in Items(develop, "watch", path.Key("develop")))
            {
                if (rule["path"] is ComposeScalar { Text.Length: 0 } blank)
                {
                    faults.Add(place.Key("path"), blank, $"{place}.path: value can't be blank", "a path");
                }
            }
        }

        ComposeMapping? reservations = ((service["deploy"] as ComposeMapping)?["resources"] as ComposeMapping)?["reservations"] as ComposeMapping;
        NodePath reserved = path.Key("deploy").Key("resources").Key("reservations");
        foreach ((NodePath place, ComposeMapping device) in Items(service, "gpus", path).Concat(reservations is null ? [] : Items(reservations, "devices", reserved)))
        {
            if (device.Has("count") && device.Has("device_ids"))
            {
                faults.Add(place, device, $"{place}: \"count\" and \"device_ids\" attributes are exclusive", "one of both");
            }
        }
    }

    private static void External(ComposeMapping resource, NodePath path, FaultList faults)
    {
        if (resource["external"] is not ComposeScalar { Boolean: true })
        {
            return;
        }

        foreach (string key in resource.Keys.Where(key => key is not ("name" or "external") && !key.StartsWith("x-", StringComparison.Ordinal)))
        {
            faults.Add(path.Key(key), resource.PlaceOf(key), key, $"{path}: conflicting parameters \"external\" and \"{key}\" specified", "only external and name");
        }
    }

    private static void FileObject(ComposeMapping resource, NodePath path, string[] sources, FaultList faults)
    {
        int count = sources.Count(resource.Has);
        string all = string.Join('|', sources);
        bool isExternal = resource["external"] is ComposeScalar { Boolean: true };
        if (count > 1)
        {
            faults.Add(path, resource, $"{path}: {all} attributes are mutually exclusive", "one of " + all);
        }
        else if (count == 0 && !isExternal && !resource.Has("driver"))
        {
            faults.Add(path, resource, $"{path}: one of {all} must be set", "one of " + all);
        }

        External(resource, path, faults);
    }

    private static IEnumerable<(NodePath Path, ComposeMapping Resource)> All(ComposeMapping root, string kind)
    {
        foreach ((string name, ComposeNode node) in (root[kind] as ComposeMapping)?.Entries ?? Enumerable.Empty<KeyValuePair<string, ComposeNode>>())
        {
            if (node is ComposeMapping resource)
            {
                yield return (NodePath.Root.Key(kind).Key(name), resource);
            }
        }
    }

    private static IEnumerable<(NodePath Path, ComposeMapping Item)> Items(ComposeMapping mapping, string key, NodePath path)
    {
        IReadOnlyList<ComposeNode> items = (mapping[key] as ComposeSequence)?.Items ?? [];
        for (int i = 0; i < items.Count; i++)
        {
            if (items[i] is ComposeMapping item)
            {
                yield return (path.Key(key).Element(i), item);
            }
        }
    }
}
