using Quai.Linux;
using Quai.Linux.Trees;
using Quai.Networks.Sandboxes;

namespace Quai.Networks.Dns.HostServers;

/// <summary>
/// The host's name servers as they change: its resolv.conf is looked at once a second at the most, when somebody wants to know, and read again when it is
/// another file or was written. Safe for concurrent use.
/// </summary>
public sealed class HostNameServers
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly string _path, _behindStub;
    private ResolvConf _current = ResolvConf.Empty;
    private (Stamp? File, Stamp? BehindStub) _stamps;
    private long _looked;

    /// <param name="time">What time it is.</param>
    /// <param name="path">The host's file.</param>
    /// <param name="behindStub">The file of systemd-resolved that is read where the host's names nothing but its stub.</param>
    public HostNameServers(TimeProvider time, string path = "/etc/resolv.conf", string behindStub = "/run/systemd/resolve/resolv.conf")
    {
        _time = time;
        _path = path;
        _behindStub = behindStub;
        _looked = time.GetTimestamp();
        Look();
    }

    /// <summary>What the host's file says. The same object as long as it says so.</summary>
    public ResolvConf Current
    {
        get
        {
            long looked = Volatile.Read(ref _looked);
            if (_time.GetElapsedTime(looked) >= s_interval && Interlocked.CompareExchange(ref _looked, _time.GetTimestamp(), looked) == looked)
            {
                Look();
            }

            return Volatile.Read(ref _current);
        }
    }

    private void Look()
    {
        lock (_lock)
        {
            try
            {
                (Stamp?, Stamp?) stamps = (StampOf(_path), StampOf(_behindStub));
                if (stamps != _stamps)
                {
                    var read = ResolvConf.Parse(ContainerFiles.HostResolvConf(hostNetwork: false, _path, _behindStub));
                    if (read.HasNdots != _current.HasNdots || !read.Servers.SequenceEqual(_current.Servers))
                    {
                        Volatile.Write(ref _current, read);
                    }

                    _stamps = stamps;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
            {
                // It is being replaced, or not ours to read: what it said before is the best that is known.
            }
        }
    }

    /// <summary>The file that is meant, behind all links; null where there is none.</summary>
    private static Stamp? StampOf(string path)
    {
        NodeStatus? found = NodeStatusReader.TryRead(path);
        if (found is { IsLink: true } && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
        {
            found = NodeStatusReader.TryRead(target.FullName);
        }

        return found is { } status
            ? new Stamp(status.DeviceMajor, status.DeviceMinor, status.Inode, status.ModifiedSeconds, status.ModifiedNanoseconds, status.Size)
            : null;
    }

    /// <summary>By what a file that was changed is another.</summary>
    private readonly record struct Stamp(uint DeviceMajor, uint DeviceMinor, ulong Inode, long Seconds, uint Nanoseconds, ulong Size);
}
