using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Modes;
using Quai.Linux.Mounts;

namespace Quai.Volumes;

/// <summary>The local driver's options: how they are validated, and the mount they describe.</summary>
internal static class VolumeOptions
{
    private static readonly Dictionary<string, ulong> s_flags = new()
    {
        ["ro"] = HostMount.MS_RDONLY, ["nosuid"] = HostMount.MS_NOSUID, ["nodev"] = HostMount.MS_NODEV, ["noexec"] = HostMount.MS_NOEXEC,
        ["sync"] = HostMount.MS_SYNCHRONOUS, ["dirsync"] = HostMount.MS_DIRSYNC, ["noatime"] = HostMount.MS_NOATIME, ["nodiratime"] = HostMount.MS_NODIRATIME,
        ["relatime"] = HostMount.MS_RELATIME, ["strictatime"] = HostMount.MS_STRICTATIME, ["bind"] = HostMount.MS_BIND,
        ["rbind"] = HostMount.MS_BIND | HostMount.MS_REC,
        ["rw"] = 0, ["suid"] = 0, ["dev"] = 0, ["exec"] = 0, ["async"] = 0, ["atime"] = 0, ["defaults"] = 0,
    };

    /// <summary>Refuses options that the local driver does not know.</summary>
    public static void Validate(string volume, IReadOnlyDictionary<string, string> options)
    {
        foreach (string name in options.Keys)
        {
            if (name.ToLowerInvariant() is not ("type" or "o" or "device" or "size"))
            {
                throw QuaiException.Invalid($"create {volume}: invalid option: \"{name}\"");
            }
        }

        if (options.ContainsKey("size"))
        {
            throw QuaiException.Invalid($"create {volume}: quota size requested but no quota support");
        }

        if (options.Count == 0)
        {
            return;
        }

        // In the order in which Docker names missing options.
        bool bind = options.TryGetValue("o", out string? o) && o.Split(',').Any(part => part is "bind" or "rbind");
        if (!options.ContainsKey("device"))
        {
            throw QuaiException.Invalid($"create {volume}: missing required option: \"device\"");
        }

        if (!options.ContainsKey("type") && !bind)
        {
            throw QuaiException.Invalid($"create {volume}: missing required option: \"type\"");
        }
    }

    /// <summary>Makes the mount that the options describe at the volume's folder.</summary>
    public static void Mount(Volume volume)
    {
        string type = volume.Options.GetValueOrDefault("type", "");
        string device = volume.Options.GetValueOrDefault("device", "");
        ulong flags = 0;
        List<string> data = [];
        string? addressFrom = null;
        foreach (string part in volume.Options.GetValueOrDefault("o", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (s_flags.TryGetValue(part, out ulong flag))
            {
                flags |= flag;
            }
            else if (part.StartsWith("addr=", StringComparison.Ordinal) && (type.StartsWith("nfs", StringComparison.Ordinal) || type == "cifs"))
            {
                addressFrom = part["addr=".Length..];
                data.Add("addr=" + Resolve(volume.Name, addressFrom));
            }
            else
            {
                data.Add(part);
            }
        }

        try
        {
            // Some file systems (vfat) take their file modes from the umask.
            OwnUmask.Run(OwnUmask.Usual, () => HostMount.Mount(device, volume.Mountpoint, type.Length == 0 ? null : type, flags, data.Count == 0 ? null : string.Join(',', data)));
            if ((flags & HostMount.MS_BIND) != 0 && (flags & ~(HostMount.MS_BIND | HostMount.MS_REC)) != 0)
            {
                // A bind takes its flags only from a second call.
                HostMount.Mount(null, volume.Mountpoint, null, flags | HostMount.MS_REMOUNT, null);
            }
        }
        catch (Linux.LinuxException e)
        {
            HostMount.Unmount(volume.Mountpoint);
            throw QuaiException.System(
                $"error while mounting volume '{volume.Mountpoint}': failed to mount local volume: mount {device}:{volume.Mountpoint}{(data.Count == 0 ? "" : ", data: " + string.Join(',', data))}: {Linux.Errno.Message(e.Errno)}", e);
        }
    }

    private static string Resolve(string volume, string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return address.ToString();
        }

        try
        {
            return Dns.GetHostAddresses(host).OrderBy(a => a.AddressFamily != AddressFamily.InterNetwork).First().ToString();
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            throw QuaiException.System($"error while mounting volume '{volume}': error resolving passed in network volume address: {host}: {e.Message}", e);
        }
    }
}
