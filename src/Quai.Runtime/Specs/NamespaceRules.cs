using Quai.Errors;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;
using Quai.Oci.Runtime;

namespace Quai.Runtime.Specs;

/// <summary>What a config's namespaces permit: a kernel setting belongs to a namespace, and is only set in one that is not the host's.</summary>
internal sealed class NamespaceRules
{
    private static readonly HashSet<string> s_ipcSysctls =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    private readonly ulong _own;

    private NamespaceRules(ulong own) => _own = own;

    /// <summary>Whether host and domain name are the container's own.</summary>
    public bool OwnUts => (_own & CloneFlags.CLONE_NEWUTS) != 0;

    /// <summary>Whether the interfaces are the container's own.</summary>
    public bool OwnNetwork => (_own & CloneFlags.CLONE_NEWNET) != 0;

    /// <summary>Checks a config's namespaces.</summary>
    /// <exception cref="QuaiException">One is named twice, or there is no mount namespace, or id maps are given without a user namespace.</exception>
    public static NamespaceRules Of(LinuxSection linux)
    {
        ulong named = 0, own = 0;
        bool joinsMounts = false;
        foreach (LinuxNamespace ns in linux.Namespaces ?? [])
        {
            ulong flag = SpecCompiler.FlagOf(ns.Type);
            if ((named & flag) != 0)
            {
                throw QuaiException.Invalid($"the config names the {ns.Type} namespace twice");
            }

            named |= flag;
            bool made = string.IsNullOrEmpty(ns.Path);
            joinsMounts |= flag == CloneFlags.CLONE_NEWNS && !made;
            if (made || !NamespaceFile.IsOwn(ns.Path!, FileOf(ns.Type)))
            {
                own |= flag;
            }
        }

        if ((own & CloneFlags.CLONE_NEWNS) == 0)
        {
            throw QuaiException.Invalid("the config has no mount namespace of its own: the container would live in the host's file system");
        }

        if (joinsMounts && (linux.MaskedPaths is { Count: > 0 } || linux.ReadonlyPaths is { Count: > 0 }))
        {
            throw QuaiException.Invalid("unable to restrict sys entries without a private mount namespace");
        }

        if ((named & CloneFlags.CLONE_NEWUSER) == 0 && (linux.UidMappings is { Count: > 0 } || linux.GidMappings is { Count: > 0 }))
        {
            throw QuaiException.Invalid("the config maps ids, but has no user namespace");
        }

        return new NamespaceRules(own);
    }

    /// <summary>Checks that a sysctl belongs to a namespace that the container has to itself.</summary>
    /// <exception cref="QuaiException">It is the host's, or not the name of a sysctl.</exception>
    public void CheckSysctl(string name)
    {
        string path = SpecRules.PathOfSysctl(name)["sys/".Length..];
        if (path.Length == 0 || path.Split('/').Any(part => part is "" or "." or ".."))
        {
            throw QuaiException.Invalid($"sysctl \"{name}\" is no name of a sysctl");
        }

        string dotted = path.Replace('/', '.');
        if (dotted == "kernel.hostname")
        {
            throw QuaiException.Invalid($"sysctl \"{name}\" conflicts with the OCI configuration's hostname");
        }

        ulong needed = s_ipcSysctls.Contains(dotted) || path.StartsWith("fs/mqueue/", StringComparison.Ordinal) ? CloneFlags.CLONE_NEWIPC
            : path.StartsWith("net/", StringComparison.Ordinal) ? CloneFlags.CLONE_NEWNET
            : dotted == "kernel.domainname" ? CloneFlags.CLONE_NEWUTS
            : 0;
        if (needed == 0)
        {
            throw QuaiException.Invalid($"sysctl \"{name}\" is not in a separate kernel namespace");
        }

        if ((_own & needed) == 0)
        {
            string kind = needed switch { CloneFlags.CLONE_NEWIPC => "IPC", CloneFlags.CLONE_NEWNET => "network", _ => "UTS" };
            throw QuaiException.Invalid($"sysctl \"{name}\" is not allowed in the host {kind} namespace");
        }
    }

    private static string FileOf(string type) => type switch { "network" => "net", "mount" => "mnt", _ => type };
}
