using System.Globalization;
using Quai.Errors;
using Quai.Linux.Processes;

namespace Quai.Daemon.Rootless;

/// <summary>
/// The namespaces of a daemon without root: of users, mounts and the network. A process that does nothing holds them, so that containers outlive the daemon and the next
/// one finds the same; another one, <see cref="OutsideNetwork"/>, leads to the host's network. They are recorded before they are of use, in the exec root.
/// </summary>
internal sealed class HeldNamespaces
{
    private const string RecordName = "namespaces";

    private readonly string _folder;
    private readonly KnownProcess _holder;
    private KnownProcess? _network;

    private HeldNamespaces(string folder, KnownProcess holder, KnownProcess? network)
    {
        _folder = folder;
        _holder = holder;
        _network = network;
    }

    /// <summary>The process that holds them.</summary>
    public int Pid => _holder.Pid;

    /// <summary>Those that an earlier daemon made and that still are; null if there are none.</summary>
    public static HeldNamespaces? Find(string folder)
    {
        string record = Path.Combine(folder, RecordName);
        if (!File.Exists(record) || File.ReadAllLines(record) is not [var boot, var holder, var network] || boot != BootId())
        {
            return null;
        }

        KnownProcess? outside = KnownProcess.Parse(network);
        if (KnownProcess.Parse(holder) is { IsAlive: true } alive)
        {
            return new(folder, alive, outside);
        }

        // Nobody can join them any more: what led to them leads nowhere.
        outside?.Kill();
        return null;
    }

    /// <summary>Makes them.</summary>
    /// <param name="folder">Where they are recorded.</param>
    /// <exception cref="QuaiException">The kernel, or a program, refuses; nothing is left behind.</exception>
    public static HeldNamespaces Make(string folder)
    {
        string user = Environment.UserName;
        (uint uid, uint gid) = (OwnUserNamespace.User, OwnUserNamespace.Group);
        IReadOnlyList<string> uids = SubordinateIds.MapOf(uid, SubordinateIds.Read("/etc/subuid", user, uid), "/etc/subuid", user);
        IReadOnlyList<string> gids = SubordinateIds.MapOf(gid, SubordinateIds.Read("/etc/subgid", user, uid), "/etc/subgid", user);
        string newuidmap = HostProgram.Need("newuidmap", "uidmap"), newgidmap = HostProgram.Need("newgidmap", "uidmap");
        KnownProcess holder = Hold();
        var made = new HeldNamespaces(folder, holder, null);
        try
        {
            made.Record();
            string pid = holder.Pid.ToString(CultureInfo.InvariantCulture);
            HostProgram.Run(newuidmap, [pid, .. uids]);
            HostProgram.Run(newgidmap, [pid, .. gids]);
            return made;
        }
        catch
        {
            made.End();
            throw;
        }
    }

    /// <summary>Has them lead to the host's network, unless they do already.</summary>
    /// <exception cref="QuaiException">They cannot.</exception>
    public void Connect(string kind)
    {
        if (_network is not { IsAlive: true })
        {
            _network = OutsideNetwork.Start(kind, Pid, _folder);
            Record();
        }
    }

    /// <summary>Whether somebody lives in them who is none of those that this class started: a container's shim, or a daemon.</summary>
    public bool AreInUse => NamespaceMembers.Of(Pid, "net").Any(pid => pid != Pid && pid != _network?.Pid);

    /// <summary>Takes them away.</summary>
    public void End()
    {
        _network?.Kill();
        _holder.Kill();
        File.Delete(Path.Combine(_folder, RecordName));
    }

    private static KnownProcess Hold()
    {
        string unshare = HostProgram.Need("unshare", "util-linux"), sleep = HostProgram.Need("sleep", "coreutils");
        string? own = NamespaceMembers.Read(Environment.ProcessId, "net");
        int pid = Spawner.Spawn(unshare, ["unshare", "--user", "--net", "--mount", "--propagation", "slave", sleep, "infinity"], HostProgram.Environment, []);
        string comm = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm");
        for (int i = 0; i < 2500; i++)
        {
            if (KnownProcess.Of(pid) is not { } process)
            {
                Spawner.TryReap(pid);
                throw QuaiException.System("this kernel lets ordinary users make no user namespaces: look at the sysctls user.max_user_namespaces, kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns");
            }

            // The program that waits comes after everything that the one before it made.
            if (NamespaceMembers.Read(pid, "net") is { } net && net != own && File.ReadAllText(comm).Trim() == "sleep")
            {
                return process;
            }

            Thread.Sleep(2);
        }

        KnownProcess.Of(pid)?.Kill();
        throw QuaiException.System("the process that is to hold the namespaces does not come up");
    }

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private void Record()
    {
        string record = Path.Combine(_folder, RecordName), fresh = record + ".new";
        File.WriteAllLines(fresh, [BootId(), _holder.ToString(), _network?.ToString() ?? "-"]);
        File.Move(fresh, record, overwrite: true);
    }
}
