using System.Text;

namespace Quai.Engine.Security;

/// <summary>The text of the default profile for containers: it permits what Docker's profile of the same name permits.</summary>
internal static class DefaultProfile
{
    // Families that kernels no longer have, and two that reach beyond a container's namespaces: the kernel's ciphers and the hypervisor.
    private static readonly string[] s_networks =
        ["ax25", "ipx", "appletalk", "netrom", "rose", "econet", "atmsvc", "irda", "wanpipe", "alg", "vsock"];

    /// <summary>Generates the text for a host.</summary>
    /// <param name="name">The profile's name.</param>
    /// <param name="daemon">The profile that confines the daemon itself, which signals containers; <c>unconfined</c> if there is none.</param>
    /// <param name="folder">Where the host keeps included files; missing ones are left out.</param>
    public static string Text(string name, string daemon, string folder)
    {
        var text = new StringBuilder();

        // From ABI 4 on, "network" no longer means unix sockets.
        AddIf("abi/3.0", "abi <abi/3.0>,\n");
        text.Append(Has("tunables/global") ? "#include <tunables/global>\n" : "@{PROC}=/proc/\n");
        text.Append("\nprofile ").Append(Quote(name)).Append(" flags=(attach_disconnected,mediate_deleted) {\n");
        AddIf("abstractions/base", "  #include <abstractions/base>\n");
        text.Append("  network,\n");
        foreach (string family in s_networks)
        {
            text.Append("  deny network ").Append(family).Append(",\n");
        }

        text.Append(
            """
              capability,
              file,
              umount,

              # From whoever stops containers.
              signal (receive) peer=unconfined,
              signal (receive) peer=runc,
              signal (receive) peer=crun,

            """);
        text.Append("  signal (receive) peer=").Append(Quote(daemon)).Append(",\n");
        text.Append("  signal (send, receive) peer=").Append(Quote(name)).Append(",\n");
        text.Append("  ptrace (trace, tracedby, read, readby) peer=").Append(Quote(name)).Append(",\n");
        return text.Append(
            """

              # Of /proc, processes and /proc/sys/kernel/shm* may be written to.
              deny @{PROC}/* w,
              deny @{PROC}/{[^1-9/],[^1-9/][^0-9/],[^1-9s/][^0-9y/][^0-9s/],[^1-9/][^0-9/][^0-9/][^0-9/]*}/** w,
              deny @{PROC}/sys/[^k]** w,
              deny @{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w,
              deny @{PROC}/sysrq-trigger rwklx,
              deny @{PROC}/kcore rwklx,

              deny mount,

              # Of /sys, cgroups may.
              deny /sys/[^f]*/** wklx,
              deny /sys/f[^s]*/** wklx,
              deny /sys/fs/[^c]*/** wklx,
              deny /sys/fs/c[^g]*/** wklx,
              deny /sys/fs/cg[^r]*/** wklx,
              deny /sys/firmware/** rwklx,
              deny /sys/devices/virtual/powercap/** rwklx,
              deny /sys/kernel/security/** rwklx,
            }

            """).ToString();

        bool Has(string file) => File.Exists(Path.Combine(folder, file));

        void AddIf(string file, string line)
        {
            if (Has(file))
            {
                text.Append(line);
            }
        }
    }

    /// <summary>A name in the policy language's syntax, whatever it contains.</summary>
    private static string Quote(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
