using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Plans.Protocol;
using Quai.Plans.Protocol.Messages.Events;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>
/// Notifies the daemons when the container's processes run out of memory and the kernel kills one, whichever it is. On v1 the kernel signals an eventfd just before;
/// on v2 it marks <c>memory.events</c> as changed, which inotify sees, and counts in it.
/// </summary>
internal static unsafe class MemoryWatch
{
    private static byte* _path, _key;
    private static bool _legacy;
    private static long _counted;

    /// <summary>The descriptor that becomes ready when there is something to check; -1 if nothing can be watched.</summary>
    public static int Descriptor { get; private set; } = -1;

    /// <summary>Whether it ever happened.</summary>
    public static bool Happened { get; private set; }

    /// <summary>Starts watching; what happened before is reported at once.</summary>
    /// <param name="path">memory.oom_control (v1) or memory.events (v2); null if there is no memory controller.</param>
    /// <param name="key">The prefix of the line that counts the kills.</param>
    public static void Begin(byte* path, byte* key)
    {
        if (path == null)
        {
            return;
        }

        _path = path;
        _key = key;
        ReadOnlySpan<byte> name = Text(path);
        _legacy = name.EndsWith("/memory.oom_control"u8);
        if (_legacy)
        {
            BeginLegacy(name);
        }
        else
        {
            Descriptor = (int)Quick(SystemCallNumber.InotifyInit1, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
            if (Descriptor >= 0 && Quick(SystemCallNumber.InotifyAddWatch, Descriptor, (long)path, IoConstants.IN_MODIFY) < 0)
            {
                End();
            }
        }

        // A quick program has not waited for the watch.
        if (!Look() && _legacy && Kills() > 0)
        {
            Tell();
        }
    }

    /// <summary>Reports what happened since the last check; true if there was something.</summary>
    public static bool Look()
    {
        if (_path == null)
        {
            return false;
        }

        bool more = Drain();
        if (!_legacy)
        {
            long kills = Kills();
            more = kills > _counted;
            _counted = kills;
        }

        if (more)
        {
            Tell();
        }

        return more;
    }

    /// <summary>How many the kernel has killed so far.</summary>
    public static long Kills()
    {
        if (_path == null)
        {
            return 0;
        }

        byte* text = stackalloc byte[1024];
        long got = SmallFile.Read(_path, text, 1024);
        ReadOnlySpan<byte> rest = new(text, (int)Math.Max(got, 0)), key = Text(_key);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.StartsWith(key))
            {
                long count = 0;
                foreach (byte digit in line[key.Length..])
                {
                    count = (count * 10) + (digit - '0');
                }

                return count;
            }
        }

        return 0;
    }

    /// <summary>Registers an eventfd: its number and that of the opened memory.oom_control, written to cgroup.event_control beside it.</summary>
    private static void BeginLegacy(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> file = "cgroup.event_control\0"u8;
        int directory = name.LastIndexOf((byte)'/') + 1;
        byte* control = stackalloc byte[4096];
        if (directory + file.Length > 4096)
        {
            return;
        }

        name[..directory].CopyTo(new Span<byte>(control, 4096));
        file.CopyTo(new Span<byte>(control + directory, 4096 - directory));
        long events = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)control, OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0);
        long watched = Quick(SystemCallNumber.Openat, OpenFlags.AT_FDCWD, (long)_path, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
        Descriptor = (int)Quick(SystemCallNumber.Eventfd2, 0, OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK);
        byte* text = stackalloc byte[32];
        Utf8Numbers(Descriptor, (int)watched, text, out int length);
        if (events < 0 || watched < 0 || Descriptor < 0 || Quick(SystemCallNumber.Write, events, (long)text, length) < 0)
        {
            End();
        }

        Close(events);
        Close(watched);
    }

    private static void Utf8Numbers(int first, int second, byte* text, out int length)
    {
        Span<byte> room = new(text, 32);
        length = 0;
        if (first >= 0 && second >= 0)
        {
            System.Buffers.Text.Utf8Formatter.TryFormat(first, room, out length);
            room[length++] = (byte)' ';
            System.Buffers.Text.Utf8Formatter.TryFormat(second, room[length..], out int more);
            length += more;
        }
    }

    /// <summary>Drains the descriptor; true if there was something.</summary>
    private static bool Drain()
    {
        byte* buffer = stackalloc byte[1024];
        bool any = false;
        while (Descriptor >= 0)
        {
            long got = Quick(SystemCallNumber.Read, Descriptor, (long)buffer, 1024);
            if (got <= 0)
            {
                if (got is not (-Errno.EAGAIN or -Errno.EINTR))
                {
                    End();
                }

                break;
            }

            any = true;
        }

        return any;
    }

    private static void Tell()
    {
        Happened = true;
        Control.Notify(new OutOfMemoryEvent(new PacketHead(PacketKind.OutOfMemory, 0)));
    }

    private static void End()
    {
        Close(Descriptor);
        Descriptor = -1;
    }

    private static void Close(long descriptor)
    {
        if (descriptor >= 0)
        {
            Quick(SystemCallNumber.Close, descriptor);
        }
    }

    private static ReadOnlySpan<byte> Text(byte* text) => System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
}
