using Quai.Errors;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Specs;

/// <summary>set_mempolicy(2) in the specification's words (config-linux.md, "Memory policy").</summary>
public static class MemoryPolicies
{
    /// <summary>The modes, by the kernel's numbers.</summary>
    public static IReadOnlyList<string> Modes { get; } = ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>The flags, by the bits from 13 on.</summary>
    public static IReadOnlyList<string> Flags { get; } = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    /// <summary>Mode with flags, and the mask of nodes; empty for none.</summary>
    /// <exception cref="QuaiException">A name is not known, or the mode needs nodes and has none, or the reverse.</exception>
    public static (int Mode, byte[] Nodes) Parse(MemoryPolicy policy)
    {
        int mode = IndexOf(Modes, policy.Mode);
        if (mode < 0)
        {
            throw QuaiException.Invalid($"memoryPolicy.mode \"{policy.Mode}\" is not known: it is one of {string.Join(", ", Modes)}");
        }

        bool nodes = !string.IsNullOrEmpty(policy.Nodes);
        if (policy.Mode is "MPOL_DEFAULT" or "MPOL_LOCAL" ? nodes : !nodes && policy.Mode != "MPOL_PREFERRED")
        {
            throw QuaiException.Invalid($"memoryPolicy.mode {policy.Mode} {(nodes ? "takes no nodes" : "needs nodes")}");
        }

        foreach (string flag in policy.Flags ?? [])
        {
            int bit = IndexOf(Flags, flag);
            mode |= bit >= 0 ? 1 << (13 + bit) : throw QuaiException.Invalid($"memoryPolicy flag \"{flag}\" is not known: it is one of {string.Join(", ", Flags)}");
        }

        return (mode, nodes ? NumberList.MaskOf("memoryPolicy.nodes", policy.Nodes!) : []);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
