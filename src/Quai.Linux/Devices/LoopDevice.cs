using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Devices;

/// <summary>Loop devices (loop(4)): a file as a block device.</summary>
public static unsafe class LoopDevice
{
    private const int LOOP_CONFIGURE = 0x4C0A, LOOP_CTL_GET_FREE = 0x4C82;
    private const uint LO_FLAGS_READ_ONLY = 1, LO_FLAGS_AUTOCLEAR = 4;
    private const int ConfigSize = 304, FlagsOffset = 60, NameOffset = 64, NameSize = 64, Attempts = 64;

    /// <summary>
    /// Attaches a file to a free loop device. The kernel detaches it as soon as nobody has it open or mounted, so that a crash leaves nothing:
    /// close the descriptor after the mount.
    /// </summary>
    /// <param name="file">The file's path.</param>
    /// <param name="readOnly">Whether nothing is written to it.</param>
    /// <param name="device">The device's path.</param>
    /// <returns>The device, open.</returns>
    /// <exception cref="LinuxException">The file cannot be opened, or there is no device to be had.</exception>
    public static FileDescriptor Attach(string file, bool readOnly, out string device)
    {
        int access = (readOnly ? OpenFlags.O_RDONLY : OpenFlags.O_RDWR) | OpenFlags.O_CLOEXEC;
        using FileDescriptor content = Openat2.Open(OpenFlags.AT_FDCWD, file, access, 0, 0);
        using FileDescriptor control = Openat2.Open(OpenFlags.AT_FDCWD, "/dev/loop-control", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0, 0);
        Span<byte> config = stackalloc byte[ConfigSize];
        config.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(config, content.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(config[FlagsOffset..], LO_FLAGS_AUTOCLEAR | (readOnly ? LO_FLAGS_READ_ONLY : 0));
        byte[] name = Encoding.UTF8.GetBytes(file);
        name.AsSpan(0, Math.Min(name.Length, NameSize - 1)).CopyTo(config[NameOffset..]);
        for (int attempt = 1; ; attempt++)
        {
            long number = SystemCall.Waiting(SystemCallNumber.Ioctl, control.Number, LOOP_CTL_GET_FREE);
            if (number < 0)
            {
                throw new LinuxException("ioctl", (int)-number, "/dev/loop-control");
            }

            device = string.Create(CultureInfo.InvariantCulture, $"/dev/loop{number}");
            FileDescriptor loop = Openat2.Open(OpenFlags.AT_FDCWD, device, access, 0, 0);
            long result;
            fixed (byte* c = config)
            {
                result = SystemCall.Waiting(SystemCallNumber.Ioctl, loop.Number, LOOP_CONFIGURE, (long)c);
            }

            if (result >= 0)
            {
                return loop;
            }

            // A device that was free is another's by now.
            loop.Dispose();
            if (-result != Errno.EBUSY || attempt == Attempts)
            {
                throw new LinuxException("ioctl", (int)-result, device);
            }
        }
    }
}
