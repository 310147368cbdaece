using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Plans;
using static Quai.Plans.PlanWriter;
using Nr = Quai.Linux.Kernel.SystemCallNumber;

namespace Quai.Runtime.Specs;

/// <content>The device nodes that a container has, and the links beside them.</content>
public sealed partial class SpecCompiler
{
    private static readonly (string Name, int Major, int Minor)[] DeviceNodes =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Link, string Target)[] DefaultLinks =
        [("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"), ("core", "/proc/kcore")];

    private void CompileDevices()
    {
        bool user = (_newNamespaces & CloneFlags.CLONE_NEWUSER) != 0;
        bool bound = (_spec.Mounts ?? []).Any(m => SpecRules.Normal(m.Destination) == "/dev" && (m.Type == "bind" || MountOptions.Parse(m.Options).Bind));
        if (!bound)
        {
            foreach ((string name, int major, int minor) in DeviceNodes)
            {
                if ((_linux.Devices ?? []).All(d => d.Path != "/dev/" + name))
                {
                    Node("/dev/" + name, (int)ProcessConstants.S_IFCHR | 0x1B6, MakeDevice(major, minor), 0, 0, user);
                }
            }

            foreach ((string link, string target) in DefaultLinks)
            {
                if (link == "core" && !_host.HasKcore)
                {
                    continue;
                }

                Child($"link /dev/{link}", Step.Call(Nr.Symlinkat, _plan.Text(target), Argument.Slot(PlanSlot.DevMount), _plan.Text(link)).Tolerating(Errno.EEXIST));
            }

            Child("remove /dev/ptmx", Step.Call(Nr.Unlinkat, Argument.Slot(PlanSlot.DevMount), _plan.Text("ptmx"), 0).Tolerating(Errno.ENOENT));
            Child("link /dev/ptmx", Step.Call(Nr.Symlinkat, _plan.Text("pts/ptmx"), Argument.Slot(PlanSlot.DevMount), _plan.Text("ptmx")).Tolerating(Errno.EEXIST));
        }

        foreach (Device device in _linux.Devices ?? [])
        {
            uint type = device.Type switch
            {
                "c" or "u" => ProcessConstants.S_IFCHR,
                "b" => ProcessConstants.S_IFBLK,
                "p" => ProcessConstants.S_IFIFO,
                _ => throw QuaiException.Invalid($"device {device.Path} has unknown type \"{device.Type}\""),
            };
            Node(device.Path, (int)(type | ((device.FileMode ?? 0x1B6) & 0xFFF)), MakeDevice(device.Major, device.Minor), device.Uid ?? 0, device.Gid ?? 0, user);
        }
    }

    private void Node(string path, int mode, long device, uint uid, uint gid, bool bind)
    {
        if (bind)
        {
            OpenPlace(path, file: true);
            Child($"bind device {path}", Step.Of(PlanOperation.BindDevice, _plan.Text(path), Argument.Slot(Place)));
            ClosePlace();
            return;
        }

        // Nodes in /dev go into the mount that is /dev's, whatever is mounted over it later.
        string normal = SpecRules.Normal(path);
        bool inDev = normal.StartsWith("/dev/", StringComparison.Ordinal);
        Child($"make device {path}", Step.Of(
            PlanOperation.MakeNode, Argument.Slot(inDev ? PlanSlot.DevMount : PlanSlot.Root), _plan.Text(inDev ? normal[4..] : normal), mode, device, uid, gid).FollowingNoLinks(inDev));
    }

    private static long MakeDevice(long major, long minor) => (minor & 0xFF) | ((major & 0xFFF) << 8) | ((minor & ~0xFFL) << 12) | ((major & ~0xFFFL) << 32);
}
