using Quai.Linux.Processes;
using Quai.Oci.Runtime;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    private static List<LinuxNamespace> BuildNamespaces(SpecRequest request)
    {
        List<LinuxNamespace> namespaces = [new() { Type = "mount" }];
        Add("network", request.Network);
        Add("uts", request.Uts);
        Add("pid", request.Pid);
        Add("ipc", request.Ipc);
        Add("cgroup", request.Cgroup);
        return namespaces;

        void Add(string type, NamespaceChoice choice)
        {
            if (!choice.IsHost)
            {
                namespaces.Add(new() { Type = type, Path = choice.Path });
            }
        }
    }

    /// <summary>Unless set otherwise, programs in a network namespace of their own may ping and use low ports without being root.</summary>
    private static Dictionary<string, string>? BuildSysctls(SpecRequest request)
    {
        var sysctls = new Dictionary<string, string>();
        if (request.Spec.Domainname.Length > 0 && !request.Uts.IsHost)
        {
            sysctls["kernel.domainname"] = request.Spec.Domainname;
        }

        if (request.Network.IsPrivate)
        {
            sysctls["net.ipv4.ip_unprivileged_port_start"] = "0";
            if (!OwnUserNamespace.IsNested)
            {
                // The kernel takes only groups that the user namespace has.
                sysctls["net.ipv4.ping_group_range"] = "0 2147483647";
            }

            foreach ((string name, string value) in request.NetworkSettings)
            {
                sysctls[name] = value;
            }
        }

        // They are written in this order, so that the user's "all" counts, too.
        foreach ((string name, string value) in request.Spec.Sysctls ?? new Dictionary<string, string>())
        {
            sysctls[name] = value;
        }

        return sysctls.Count > 0 ? sysctls : null;
    }
}
