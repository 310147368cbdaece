namespace Quai.EndToEnd.Tests.Harness;

/// <summary>
/// What this machine's kernel has, as a module or built in. Tests of what it lacks check what is said of that instead; where <c>QUAI_E2E_WHOLE_KERNEL</c> is set,
/// as in the machine of <c>eng/test-vm</c>, nothing may be lacking, so that no test passes there for that reason.
/// </summary>
public static class Kernel
{
    private static readonly Lazy<bool> s_sctp = new(() => Has("SCTP", "sctp", () => File.ReadLines("/proc/net/protocols").Any(line => line.StartsWith("SCTP ", StringComparison.Ordinal))));
    private static readonly Lazy<bool> s_nfs = new(() => HasFileSystem("nfs4", "nfsv4")), s_nfsServer = new(() => HasFileSystem("nfsd", "nfsd")), s_cifs = new(() => HasFileSystem("cifs", "cifs"));
    private static readonly Lazy<bool> s_projectQuotas = new(() => Has("project quotas", "quota_v2", CanMountWithQuotas));

    /// <summary>Whether it has SCTP.</summary>
    public static bool Sctp => s_sctp.Value;

    /// <summary>Whether it mounts what servers of NFS version 4 have.</summary>
    public static bool Nfs => s_nfs.Value;

    /// <summary>Whether it is itself such a server, if programs have it.</summary>
    public static bool NfsServer => s_nfsServer.Value;

    /// <summary>Whether it mounts what servers of SMB have.</summary>
    public static bool Cifs => s_cifs.Value;

    /// <summary>Whether ext4 limits projects' sizes.</summary>
    public static bool ProjectQuotas => s_projectQuotas.Value;

    private static bool HasFileSystem(string name, string module) =>
        Has(name, module, () => File.ReadLines("/proc/filesystems").Any(line => line.EndsWith("\t" + name, StringComparison.Ordinal)));

    private static bool Has(string what, string module, Func<bool> probe)
    {
        Shell($"modprobe -q {module}");
        bool has = probe();
        Assert.True(has || Environment.GetEnvironmentVariable("QUAI_E2E_WHOLE_KERNEL") is not "1", $"this kernel has no {what}");
        return has;
    }

    private static bool CanMountWithQuotas()
    {
        string folder = Directory.CreateTempSubdirectory("quai-quotas-").FullName;
        try
        {
            return Shell($"cd {folder} && mkdir at && truncate -s 16M disk && mkfs.ext4 -q -O quota,project disk && mount -o loop,prjquota disk at && umount at");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Shell(string script) => RunningCommand.RunAsync("/bin/sh", ["-c", script]).GetAwaiter().GetResult().ExitCode == 0;
}
