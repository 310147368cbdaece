using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Devices;
using Quai.Linux.Modes;
using Quai.Linux.Mounts;

namespace Quai.Volumes.Local;

/// <summary>The mount that a volume's options describe, at the volume's folder.</summary>
internal static class VolumeMount
{
    /// <summary>Mounts.</summary>
    /// <exception cref="QuaiException">The server is unknown, or the kernel refuses; in Docker's words.</exception>
    public static void Make(Volume volume)
    {
        try
        {
            Mount(LocalOptions.Of(volume), volume.Mountpoint);
        }
        catch (QuaiException e)
        {
            throw QuaiException.System($"error while mounting volume '{volume.Mountpoint}': {e.Message}", e);
        }
    }

    private static void Mount(LocalOptions asked, string target)
    {
        if (asked.Device.Length == 0)
        {
            throw QuaiException.System("missing device in volume options");
        }

        MountOptionText options = MountOptionText.Parse(asked.Flags);
        (string device, string data) = NetworkAddress.Resolve(asked.Type, asked.Device, options.Data);
        try
        {
            // Some file systems (vfat) take their file modes from the umask.
            OwnUmask.Run(OwnUmask.Usual, () => Mount(asked.Type, device, target, options, data));
        }
        catch (LinuxException e)
        {
            HostMount.Unmount(target);
            string flags = options.Flags == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", flags: 0x{options.Flags:x}");
            string shown = data.Length == 0 ? "" : ", data: " + WithoutPassword(data);
            throw QuaiException.System($"failed to mount local volume: mount {device}:{target}{flags}{shown}: {Errno.Message(e.Errno)}", e);
        }
    }

    private static void Mount(string type, string device, string target, MountOptionText options, string data)
    {
        const ulong Bind = HostMount.MS_BIND | HostMount.MS_REC;
        using FileDescriptor? loop = options.Loop ? LoopDevice.Attach(device, (options.Flags & HostMount.MS_RDONLY) != 0, out device) : null;
        HostMount.Mount(device, target, type.Length == 0 ? null : type, options.Flags, data.Length == 0 ? null : data);
        if ((options.Flags & HostMount.MS_BIND) != 0 && (options.Flags & ~Bind) != 0)
        {
            // A bind takes its flags only from a second call.
            HostMount.Mount(null, target, null, options.Flags | HostMount.MS_REMOUNT, null);
        }

        if (options.Propagation != 0)
        {
            HostMount.Mount(null, target, null, options.Propagation, null);
        }
    }

    private static string WithoutPassword(string data) =>
        string.Join(',', data.Split(',').Select(part => part.StartsWith("password=", StringComparison.Ordinal) ? "password=********" : part));
}
