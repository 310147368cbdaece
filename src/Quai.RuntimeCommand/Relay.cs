using System.Runtime.InteropServices;
using System.Text;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Linux.Sockets;

namespace Quai.RuntimeCommand.Console;

/// <summary>The terminal of a container in the foreground, or passing it to a console socket.</summary>
internal sealed unsafe class Relay
{
    private readonly FileDescriptor _ours;
    private readonly FileDescriptor? _theirs;
    private readonly byte[] _saved = new byte[64];
    private bool _raw;

    private Relay(FileDescriptor ours, FileDescriptor? theirs)
    {
        _ours = ours;
        _theirs = theirs;
    }

    /// <summary>The socket over which the container's first process sends its terminal.</summary>
    public int ContainerEnd => (_theirs ?? _ours).Number;

    /// <summary>The terminal's master; -1 before <see cref="Begin"/>.</summary>
    public int Master { get; private set; } = -1;

    /// <summary>Whether our own stdin is still read.</summary>
    public bool InputOpen { get; private set; } = true;

    /// <summary>To a console socket if one is given, otherwise to this process.</summary>
    public static Relay Open(string? consoleSocket)
    {
        if (consoleSocket is null)
        {
            (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair(IoConstants.SOCK_STREAM);
            return new Relay(ours, theirs);
        }

        string full = Path.GetFullPath(consoleSocket);
        FileDescriptor socket = UnixSockets.Connect(Path.GetDirectoryName(full)!, Path.GetFileName(full), IoConstants.SOCK_STREAM)
            ?? throw new LinuxException("connect", Errno.ECONNREFUSED, consoleSocket);
        return new Relay(socket, null);
    }

    /// <summary>Receives the master and makes our own terminal raw.</summary>
    public void Begin()
    {
        Master = UnixSockets.ReceiveDescriptor(_ours.Number);
        fixed (byte* saved = _saved)
        {
            _raw = SystemCall.Quick(SystemCallNumber.Ioctl, 0, 0x5401, (long)saved) >= 0;
            if (_raw)
            {
                byte* settings = stackalloc byte[64];
                _saved.CopyTo(new Span<byte>(settings, 64));
                uint* flags = (uint*)settings;

                // cfmakeraw(3): input, output, control, local flags; then one byte at a time.
                flags[0] &= ~0x5EBu;
                flags[1] &= ~1u;
                flags[2] = (flags[2] & ~0x130u) | 0x30;
                flags[3] &= ~0x804Bu;
                settings[17 + 6] = 1;
                settings[17 + 5] = 0;
                SystemCall.Quick(SystemCallNumber.Ioctl, 0, 0x5402, (long)settings);
                CopySize();
            }
        }
    }

    /// <summary>Restores our terminal.</summary>
    public void End()
    {
        if (_raw)
        {
            fixed (byte* saved = _saved)
            {
                SystemCall.Quick(SystemCallNumber.Ioctl, 0, 0x5402, (long)saved);
            }
        }
    }

    /// <summary>Sets the container's terminal to the size of our own.</summary>
    public void CopySize()
    {
        ushort* size = stackalloc ushort[4];
        if (SystemCall.Quick(SystemCallNumber.Ioctl, 0, 0x5413, (long)size) >= 0)
        {
            SystemCall.Quick(SystemCallNumber.Ioctl, Master, IoConstants.TIOCSWINSZ, (long)size);
        }
    }

    /// <summary>From the container to our stdout. False if there is no more.</summary>
    public bool PumpOutput()
    {
        byte* buffer = stackalloc byte[4096];
        long got = SystemCall.Quick(SystemCallNumber.Read, Master, (long)buffer, 4096);
        if (got <= 0)
        {
            Master = -1;
            return false;
        }

        SystemCall.Waiting(SystemCallNumber.Write, 1, (long)buffer, got);
        return true;
    }

    /// <summary>From our stdin to the container.</summary>
    public void PumpInput()
    {
        byte* buffer = stackalloc byte[4096];
        long got = SystemCall.Quick(SystemCallNumber.Read, 0, (long)buffer, 4096);
        if (got <= 0)
        {
            InputOpen = false;
            return;
        }

        SystemCall.Waiting(SystemCallNumber.Write, Master, (long)buffer, got);
    }

    /// <summary>The rest, once the program has ended: its end of the terminal is closed, so this terminates.</summary>
    public void Drain()
    {
        while (Master >= 0 && PumpOutput())
        {
        }
    }
}
