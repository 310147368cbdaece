using System.Globalization;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Devices;
using Quai.Oci.Runtime;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    private const string AllAccess = "rwm";

    /// <summary>Folders of /dev that a container has its own of, or that have no meaning in it.</summary>
    private static readonly HashSet<string> s_ownFolders = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"];

    private static (List<Device> Devices, List<DeviceRule> Rules) BuildDevices(DeviceSpec spec, bool privileged)
    {
        List<Device> devices = [];
        if (privileged)
        {
            AddFolder(devices, "/dev", "/dev", null, "");
            foreach (DevicePath mapping in spec.Paths)
            {
                // All of the host's are already there under their own names.
                if (mapping.Container != mapping.Host)
                {
                    Add(devices, mapping, null);
                }
            }

            return (devices, [new() { Allow = true, Access = AllAccess }]);
        }

        List<DeviceRule> rules =
        [
            new() { Allow = false, Access = AllAccess },

            // Any node may be created; opening one is another matter.
            Rule("c", null, null, "m"), Rule("b", null, null, "m"),
            Rule("c", 1, 5), Rule("c", 1, 3), Rule("c", 1, 9), Rule("c", 1, 8), Rule("c", 1, 7), Rule("c", 5, 0), Rule("c", 5, 1),

            // The terminals of the container's own devpts.
            Rule("c", 5, 2), Rule("c", 136, null),
        ];
        foreach (DevicePath mapping in spec.Paths)
        {
            Add(devices, mapping, rules);
        }

        foreach (string rule in spec.Rules ?? [])
        {
            rules.Add(ParseRule(rule));
        }

        return (devices, rules);
    }

    private static void Add(List<Device> devices, DevicePath mapping, List<DeviceRule>? rules)
    {
        string access = mapping.Access.Length > 0 ? mapping.Access : AllAccess;
        string target = mapping.Container.Length > 0 ? mapping.Container : mapping.Host;
        try
        {
            if (Directory.Exists(mapping.Host))
            {
                int before = devices.Count;
                AddFolder(devices, mapping.Host, target, rules, access);
                if (devices.Count == before)
                {
                    throw Refused("no device is in it");
                }
            }
            else
            {
                DeviceNode node = DeviceNode.Read(mapping.Host, followLinks: true) ?? throw Refused("not a device node");
                Add(devices, node, target, rules, access);
            }
        }
        catch (LinuxException error)
        {
            throw Refused(Errno.Message(error.Errno), error);
        }

        QuaiException Refused(string why, Exception? inner = null) =>
            QuaiException.System($"error gathering device information while adding custom device \"{mapping.Host}\": {why}", inner);
    }

    private static void Add(List<Device> devices, DeviceNode node, string target, List<DeviceRule>? rules, string access)
    {
        string type = node.IsBlock ? "b" : "c";
        devices.Add(new() { Path = target, Type = type, Major = node.Major, Minor = node.Minor, FileMode = node.Permissions, Uid = node.Uid, Gid = node.Gid });
        rules?.Add(Rule(type, node.Major, node.Minor, access));
    }

    private static void AddFolder(List<Device> devices, string folder, string target, List<DeviceRule>? rules, string access)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            string path = $"{target}/{entry.Name}";
            if (entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is DirectoryInfo)
            {
                if (!s_ownFolders.Contains(entry.Name))
                {
                    AddFolder(devices, entry.FullName, path, rules, access);
                }
            }
            else if (entry.Name != "console" && Look(entry.FullName) is { } node)
            {
                Add(devices, node, path, rules, access);
            }
        }
    }

    /// <summary>A device that may have disappeared since its folder was read.</summary>
    private static DeviceNode? Look(string path)
    {
        try
        {
            return DeviceNode.Read(path, followLinks: false);
        }
        catch (LinuxException error) when (error.Errno is Errno.ENOENT or Errno.ENXIO)
        {
            return null;
        }
    }

    /// <summary>A rule such as <c>c 7:* rwm</c>.</summary>
    private static DeviceRule ParseRule(string text)
    {
        string[] parts = text.Split(' ');
        string[] numbers = parts.Length == 3 ? parts[1].Split(':') : [];
        if (parts is not ["a" or "b" or "c", _, { Length: > 0 and <= 3 }] || parts[2].AsSpan().ContainsAnyExcept("rwm")
            || numbers is not [var major, var minor] || !IsNumber(major) || !IsNumber(minor))
        {
            throw QuaiException.Invalid($"invalid device cgroup rule format: '{text}'");
        }

        return Rule(parts[0], Number(major), Number(minor), parts[2]);

        static bool IsNumber(string text) => text == "*" || uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

        static long? Number(string text) => text == "*" ? null : long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static DeviceRule Rule(string type, long? major, long? minor, string access = AllAccess) =>
        new() { Allow = true, Type = type, Major = major, Minor = minor, Access = access };
}
