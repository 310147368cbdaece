using Quai.Compose.Merging;
using Quai.Compose.Yaml;

namespace Quai.Compose.Forms;

/// <summary>Replaces short forms by long ones.</summary>
/// <param name="faults">What is wrong.</param>
/// <param name="warnings">What is odd but not wrong.</param>
/// <param name="leavesMalformed">Whether short forms that cannot be read stay as they are, since variables in them have not been replaced.</param>
internal sealed class CanonicalForm(FaultList faults, ICollection<string> warnings, bool leavesMalformed)
{
    private static readonly string[] s_resources = ["networks", "volumes", "secrets", "configs"];

    /// <summary>Applies this to a whole project.</summary>
    public void Apply(ComposeMapping root)
    {
        if (root["services"] is ComposeMapping services)
        {
            foreach ((string name, ComposeNode service) in services.Entries)
            {
                if (service is ComposeMapping mapping)
                {
                    Service(mapping, NodePath.Root.Key("services").Key(name));
                }
            }
        }

        foreach (string kind in s_resources)
        {
            foreach ((string name, ComposeNode resource) in (root[kind] as ComposeMapping)?.Entries ?? new Dictionary<string, ComposeNode>())
            {
                External(resource, NodePath.Root.Key(kind).Key(name));
            }
        }
    }

    private void Service(ComposeMapping service, NodePath path)
    {
        Replace(service, "build", node => Build(node, path.Key("build")));
        Replace(service, "depends_on", Dependencies);
        Replace(service, "env_file", EnvFiles);
        Replace(service, "label_file", TextAsList);
        Replace(service, "dns", TextAsList);
        Replace(service, "extends", node => node is ComposeScalar ? new ComposeMapping(("service", node)) { Place = node.Place } : node);
        Replace(service, "gpus", node => node is ComposeScalar { Text: "all" }
            ? new ComposeSequence([new ComposeMapping(("count", node)) { Place = node.Place }]) { Place = node.Place } : node);
        Replace(service, "networks", Names);
        Replace(service, "models", Names);
        Replace(service, "ports", node => Ports(node, path.Key("ports")));
        Each(service, "volumes", (node, index) => Mount(node, path.Key("volumes").Element(index)));
        Each(service, "devices", (node, index) => Device(node, path.Key("devices").Element(index)));
        Each(service, "secrets", File);
        Each(service, "configs", File);
    }

    private static void Replace(ComposeMapping mapping, string key, Func<ComposeNode, ComposeNode> form)
    {
        if (mapping[key] is { IsNull: false } node)
        {
            mapping[key] = form(node);
        }
    }

    private static void Each(ComposeMapping mapping, string key, Func<ComposeNode, int, ComposeNode> form)
    {
        if (mapping[key] is ComposeSequence sequence)
        {
            for (int i = 0; i < sequence.List.Count; i++)
            {
                sequence.List[i] = form(sequence.List[i], i);
            }
        }
    }

    private ComposeNode Build(ComposeNode node, NodePath path)
    {
        if (node is not ComposeMapping build)
        {
            return new ComposeMapping(("context", node)) { Place = node.Place };
        }

        Each(build, "secrets", File);
        Replace(build, "ssh", SshKeys);
        Replace(build, "additional_contexts", contexts => Pairs(contexts, path.Key("additional_contexts")));
        return build;
    }

    private ComposeNode Pairs(ComposeNode node, NodePath path)
    {
        if (node is not ComposeSequence sequence)
        {
            return node;
        }

        ComposeMapping pairs = new() { Place = node.Place };
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            string text = ((ComposeScalar)sequence.Items[i]).Text;
            int sign = text.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0)
            {
                if (leavesMalformed)
                {
                    return node;
                }

                faults.Add(path.Element(i), sequence.Items[i], $"{path}: invalid value {text}, expected key=value", "NAME=VALUE");
                continue;
            }

            pairs.Set(text[..sign], ComposeScalar.Of(text[(sign + 1)..], sequence.Items[i].Place), sequence.Items[i].Place);
        }

        return pairs;
    }

    private static ComposeMapping SshKeys(ComposeNode node)
    {
        if (node is ComposeMapping mapping)
        {
            return mapping;
        }

        ComposeMapping keys = new() { Place = node.Place };
        foreach (ComposeScalar item in (node as ComposeSequence)?.Items.OfType<ComposeScalar>() ?? [(ComposeScalar)node])
        {
            string[] parts = item.Text.Split('=', 2);
            keys.Set(parts[0], parts.Length > 1 ? ComposeScalar.Of(parts[1], item.Place) : ComposeScalar.Null(item.Place), item.Place);
        }

        return keys;
    }

    private static ComposeNode Dependencies(ComposeNode node)
    {
        if (node is ComposeMapping mapping)
        {
            foreach ((string _, ComposeNode value) in mapping.Entries)
            {
                if (value is ComposeMapping dependency && !dependency.Has("required"))
                {
                    dependency["required"] = ComposeScalar.Of(true, dependency.Place);
                }
            }

            return mapping;
        }

        ComposeMapping dependencies = new() { Place = node.Place };
        foreach (ComposeScalar name in ((ComposeSequence)node).Items.OfType<ComposeScalar>())
        {
            dependencies.Set(name.Text, LongForms.Dependency(name.Place), name.Place);
        }

        return dependencies;
    }

    private static ComposeSequence EnvFiles(ComposeNode node)
    {
        IEnumerable<ComposeNode> items = node is ComposeSequence sequence ? sequence.Items : [node];
        return new(items.Select(item =>
        {
            ComposeMapping file = item as ComposeMapping ?? new ComposeMapping(("path", item)) { Place = item.Place };
            if (!file.Has("required"))
            {
                file["required"] = ComposeScalar.Of(true, item.Place);
            }

            return file;
        })) { Place = node.Place };
    }

    private static ComposeNode TextAsList(ComposeNode node) => node is ComposeScalar ? new ComposeSequence([node]) { Place = node.Place } : node;

    private static ComposeNode Names(ComposeNode node) => node is ComposeSequence sequence
        ? new ComposeMapping(sequence.Items.OfType<ComposeScalar>().Select(name => (name.Text, (ComposeNode)ComposeScalar.Null(name.Place)))) { Place = node.Place }
        : node;

    private ComposeNode Ports(ComposeNode node, NodePath path)
    {
        if (node is not ComposeSequence sequence)
        {
            return node;
        }

        List<ComposeNode> ports = [];
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            if (sequence.Items[i] is not ComposeScalar scalar)
            {
                ports.Add(sequence.Items[i]);
            }
            else if (PortForm.Parse(scalar.Text, out string? error, scalar.Place) is { } several)
            {
                ports.AddRange(several);
            }
            else if (leavesMalformed)
            {
                return node;
            }
            else
            {
                faults.Add(path.Element(i), scalar, error!, "[IP:][HOST:]CONTAINER[/PROTOCOL]");
            }
        }

        return new ComposeSequence(ports) { Place = node.Place };
    }

    private ComposeNode Mount(ComposeNode node, NodePath path)
    {
        if (node is not ComposeScalar scalar)
        {
            return node;
        }

        ComposeMapping? mount = MountForm.Parse(scalar.Text, out string? error, scalar.Place);
        if (mount is null && !leavesMalformed)
        {
            faults.Add(path, scalar, error!, "[SOURCE:]TARGET[:OPTIONS]");
        }

        return mount ?? node;
    }

    private ComposeNode Device(ComposeNode node, NodePath path)
    {
        if (node is not ComposeScalar scalar)
        {
            return node;
        }

        string[] parts = scalar.Text.Split(':');
        if (parts.Length > 3)
        {
            if (!leavesMalformed)
            {
                faults.Add(path, scalar, $"confusing device mapping, please use long syntax: {scalar.Text}", "SOURCE[:TARGET[:PERMISSIONS]]");
            }

            return node;
        }

        return new ComposeMapping(
            ("source", ComposeScalar.Of(parts[0], node.Place)),
            ("target", ComposeScalar.Of(parts.Length > 1 ? parts[1] : parts[0], node.Place)),
            ("permissions", ComposeScalar.Of(parts.Length > 2 ? parts[2] : "rwm", node.Place))) { Place = node.Place };
    }

    private static ComposeNode File(ComposeNode node, int index) => node is ComposeScalar ? new ComposeMapping(("source", node)) { Place = node.Place } : node;

    /// <summary><c>external: {name: NAME}</c> is of old files.</summary>
    private void External(ComposeNode resource, NodePath path)
    {
        if (resource is not ComposeMapping mapping || mapping["external"] is not ComposeMapping external)
        {
            return;
        }

        warnings.Add($"{path}: external.name is deprecated. Please set name and external: true");
        if (external["name"] is ComposeScalar name)
        {
            if (mapping["name"] is ComposeScalar given && given.Text != name.Text)
            {
                faults.Add(path, name, $"{path}: name and external.name conflict; only use name", "no external.name");
            }

            mapping["name"] = name;
        }

        mapping["external"] = ComposeScalar.Of(true, external.Place);
    }
}
