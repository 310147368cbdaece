using Quai.Cdi;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Devices;
using Quai.Oci.Runtime;

namespace Quai.Engine.Specs;

/// <summary>Changes a container's runtime configuration as devices of the container device interface want it.</summary>
internal static class InjectedDevices
{
    private const string Failed = "CDI device injection failed: ";

    /// <summary>Makes the changes.</summary>
    /// <param name="spec">The configuration.</param>
    /// <param name="edits">The changes.</param>
    /// <exception cref="QuaiException">A device is not there, or something of it cannot be kept.</exception>
    public static void Apply(RuntimeSpec spec, DeviceEdits edits)
    {
        Add(spec, edits.Hooks);
        foreach (InjectedNode node in edits.Nodes)
        {
            Add(spec.Linux!, node);
        }

        if (edits.Mounts.FirstOrDefault(m => m.Type.Length == 0 && !Path.Exists(m.HostPath)) is { } missing)
        {
            throw QuaiException.Invalid($"{Failed}{missing.HostPath}: {Errno.Message(Errno.ENOENT)}");
        }

        Process process = spec.Process!;
        process.Env = [.. (process.Env ?? []).Where(own => !edits.Environment.Any(given => NameOf(given) == NameOf(own))), .. edits.Environment];
        if (edits.Groups.Count > 0)
        {
            process.User.AdditionalGids = [.. (process.User.AdditionalGids ?? []).Union(edits.Groups)];
        }

        spec.Mounts =
        [
            .. (spec.Mounts ?? []).Where(own => !edits.Mounts.Any(given => given.ContainerPath == own.Destination)),
            .. edits.Mounts.Select(m => new Mount { Destination = m.ContainerPath, Source = m.HostPath, Type = m.Type.Length > 0 ? m.Type : "bind", Options = OptionsOf(m) }),
        ];
    }

    private static void Add(RuntimeSpec spec, IReadOnlyList<InjectedHook> injected)
    {
        if (injected.Count == 0)
        {
            return;
        }

        List<Hook> Of(string moment) => [.. injected.Where(h => h.Moment == moment).Select(h => new Hook { Path = h.Path, Args = [.. h.Arguments], Env = [.. h.Environment], Timeout = h.Timeout })];
        spec.Hooks = new Hooks
        {
            Prestart = Of("prestart"), CreateRuntime = Of("createRuntime"), CreateContainer = Of("createContainer"), StartContainer = Of("startContainer"), Poststart = Of("poststart"), Poststop = Of("poststop"),
        };
    }

    private static void Add(LinuxSection linux, InjectedNode node)
    {
        DeviceNode? host = null;
        if (node is not { Type: not null, Numbers: not null })
        {
            try
            {
                host = DeviceNode.Read(node.HostPath, followLinks: true) ?? throw QuaiException.Invalid($"{Failed}{node.HostPath} is not a device node");
            }
            catch (LinuxException e)
            {
                throw QuaiException.Invalid($"{Failed}{node.HostPath}: {Errno.Message(e.Errno)}", e);
            }
        }

        string type = node.Type ?? (host!.IsBlock ? "b" : "c");
        (long major, long minor) = node.Numbers ?? (host!.Major, host.Minor);
        linux.Devices = [.. (linux.Devices ?? []).Where(d => d.Path != node.Path), new Device { Path = node.Path, Type = type, Major = major, Minor = minor, FileMode = node.FileMode ?? host?.Permissions, Uid = node.Uid ?? host?.Uid, Gid = node.Gid ?? host?.Gid }];
        ((linux.Resources ??= new()).Devices ??= []).Add(new() { Allow = true, Type = type, Major = major, Minor = minor, Access = node.Access });
    }

    private static List<string> OptionsOf(InjectedMount mount) => mount.Type.Length > 0 || mount.Options.Any(o => o is "bind" or "rbind") ? [.. mount.Options] : ["rbind", .. mount.Options];

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}
