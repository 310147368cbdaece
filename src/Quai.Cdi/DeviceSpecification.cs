using Quai.Errors;

namespace Quai.Cdi;

/// <summary>Reads specifications of the container device interface, of versions 0.3 to 1.0.</summary>
internal static class DeviceSpecification
{
    /// <summary>Reads one.</summary>
    /// <param name="file">Where it is, for errors.</param>
    /// <param name="text">It.</param>
    /// <returns>Its devices.</returns>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is malformed, or has what is not known.</exception>
    public static IReadOnlyList<NamedDevice> Read(string file, string text)
    {
        SpecificationNode root = SpecificationNode.Parse(file, text);
        IReadOnlyDictionary<string, SpecificationNode> members = root.Members("cdiVersion", "kind", "annotations", "devices", "containerEdits");
        string kind = Required(root, members, "kind").Text();
        if (!DeviceNames.IsKind(kind))
        {
            throw members["kind"].Wrong($"\"{kind}\" is no kind, such as vendor.com/class");
        }

        if (!Version.TryParse(Required(root, members, "cdiVersion").Text(), out Version? version) || version < new Version(0, 3, 0) || version.Major > 1)
        {
            throw members["cdiVersion"].Wrong("it is none of the versions 0.3.0 to 1.x");
        }

        Dictionary<string, string> annotations = members.TryGetValue("annotations", out SpecificationNode? said) ? said.Texts() : [];
        DeviceEdits common = members.TryGetValue("containerEdits", out SpecificationNode? edits) ? Edits(edits) : DeviceEdits.None;
        NamedDevice[] devices = [.. Required(root, members, "devices").Items().Select(d => Device(d, kind, common, annotations, file))];
        return devices.CountBy(d => d.Name).FirstOrDefault(d => d.Value > 1).Key is { } twice ? throw root.Wrong($"the device {twice} is there twice") : devices;
    }

    private static NamedDevice Device(SpecificationNode device, string kind, DeviceEdits common, Dictionary<string, string> annotations, string file)
    {
        IReadOnlyDictionary<string, SpecificationNode> members = device.Members("name", "annotations", "containerEdits");
        string name = Required(device, members, "name").Text();
        if (!DeviceNames.IsName(name))
        {
            throw device.Wrong($"\"{name}\" is no device's name");
        }

        Dictionary<string, string> said = new(annotations);
        foreach ((string key, string value) in members.TryGetValue("annotations", out SpecificationNode? own) ? own.Texts() : [])
        {
            said[key] = value;
        }

        return new NamedDevice(kind, name, common.With(Edits(Required(device, members, "containerEdits"))), said, file);
    }

    private static DeviceEdits Edits(SpecificationNode edits)
    {
        var read = new DeviceEdits();
        foreach ((string name, SpecificationNode value) in edits.Members("env", "deviceNodes", "mounts", "hooks", "additionalGids", "netDevices", "intelRdt"))
        {
            read = name switch
            {
                "env" => read with { Environment = [.. value.Items().Select(Variable)] },
                "deviceNodes" => read with { Nodes = [.. value.Items().Select(Node)] },
                "mounts" => read with { Mounts = [.. value.Items().Select(Mount)] },
                "additionalGids" => read with { Groups = [.. value.Items().Select(g => g.Unsigned())] },
                "hooks" => read with { Hooks = [.. value.Items().Select(Hook)] },
                _ => throw value.Wrong("it is not available in this version of Quai"),
            };
        }

        return read;
    }

    private static string Variable(SpecificationNode node) => node.Text() is var text && text.IndexOf('=', StringComparison.Ordinal) > 0 ? text : throw node.Wrong("it is no NAME=value");

    private static InjectedNode Node(SpecificationNode node)
    {
        IReadOnlyDictionary<string, SpecificationNode> members = node.Members("path", "hostPath", "type", "major", "minor", "fileMode", "permissions", "uid", "gid");
        string path = Required(node, members, "path").AbsolutePath();
        return new InjectedNode(path, members.TryGetValue("hostPath", out SpecificationNode? host) ? host.AbsolutePath() : path)
        {
            Type = !members.TryGetValue("type", out SpecificationNode? type) ? null
                : type.Text() switch { "b" => "b", "c" or "u" => "c", _ => null } ?? throw type.Wrong("it is none of b, c and u"),
            Numbers = members.TryGetValue("major", out SpecificationNode? major) ? (major.Unsigned(), members.TryGetValue("minor", out SpecificationNode? minor) ? minor.Unsigned() : 0) : null,
            FileMode = members.TryGetValue("fileMode", out SpecificationNode? mode) ? mode.Unsigned() & 0xfff : null,
            Uid = members.TryGetValue("uid", out SpecificationNode? uid) ? uid.Unsigned() : null,
            Gid = members.TryGetValue("gid", out SpecificationNode? gid) ? gid.Unsigned() : null,
            Access = !members.TryGetValue("permissions", out SpecificationNode? access) ? "rwm"
                : access.Text() is { Length: <= 3 } letters && !letters.AsSpan().ContainsAnyExcept("rwm") ? letters : throw access.Wrong("it is not of r, w and m"),
        };
    }

    private static InjectedMount Mount(SpecificationNode node)
    {
        IReadOnlyDictionary<string, SpecificationNode> members = node.Members("hostPath", "containerPath", "options", "type");
        return new InjectedMount(
            Required(node, members, "hostPath").Text(),
            Required(node, members, "containerPath").AbsolutePath(),
            members.TryGetValue("type", out SpecificationNode? type) ? type.Text() : "",
            members.TryGetValue("options", out SpecificationNode? options) ? [.. options.Items().Select(o => o.Text())] : []);
    }

    private static InjectedHook Hook(SpecificationNode node)
    {
        IReadOnlyDictionary<string, SpecificationNode> members = node.Members("hookName", "path", "args", "env", "timeout");
        SpecificationNode moment = Required(node, members, "hookName");
        return new InjectedHook(
            moment.Text() is "prestart" or "createRuntime" or "createContainer" or "startContainer" or "poststart" or "poststop" ? moment.Text() : throw moment.Wrong("it is no moment of a container's life"),
            Required(node, members, "path").AbsolutePath(),
            members.TryGetValue("args", out SpecificationNode? arguments) ? [.. arguments.Items().Select(a => a.Text())] : [],
            members.TryGetValue("env", out SpecificationNode? environment) ? [.. environment.Items().Select(Variable)] : [],
            members.TryGetValue("timeout", out SpecificationNode? timeout) ? timeout.Number() is > 0 and <= int.MaxValue and var seconds ? (int)seconds : throw timeout.Wrong("it is out of range") : null);
    }

    private static SpecificationNode Required(SpecificationNode node, IReadOnlyDictionary<string, SpecificationNode> members, string name) =>
        members.GetValueOrDefault(name) ?? throw node.Wrong($"the member {name} is missing");
}
