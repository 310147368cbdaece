using System.Runtime.InteropServices;
using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Devices;

/// <summary>A character or block device in the file system.</summary>
/// <param name="Path">Its path.</param>
/// <param name="IsBlock">Whether it is a block device.</param>
/// <param name="Major">Major number.</param>
/// <param name="Minor">Minor number.</param>
/// <param name="Permissions">The nine permission bits.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Owning group.</param>
public sealed partial record DeviceNode(string Path, bool IsBlock, uint Major, uint Minor, uint Permissions, uint Uid, uint Gid)
{
    private const uint TypeMask = 0xF000, CharacterType = 0x2000, BlockType = 0x6000, PermissionMask = 0x1FF;
    private const int NoFollow = 0x100, BasicStats = 0x7ff;

    /// <summary>The device at a path; null if it is something else. Symbolic links are either followed or count as something else.</summary>
    /// <exception cref="LinuxException">There is nothing, or it cannot be inspected.</exception>
    public static unsafe DeviceNode? Read(string path, bool followLinks)
    {
        byte[] text = Encoding.UTF8.GetBytes(path + '\0');
        byte* result = stackalloc byte[256];
        fixed (byte* p = text)
        {
            if (Statx(OpenFlags.AT_FDCWD, p, followLinks ? 0 : NoFollow, BasicStats, result) != 0)
            {
                throw LinuxException.FromLastError("statx", path);
            }
        }

        // struct statx: stx_uid at 20, stx_gid 24, stx_mode 28, stx_rdev_major 128, stx_rdev_minor 132.
        uint mode = *(ushort*)(result + 28);
        uint type = mode & TypeMask;
        return type is CharacterType or BlockType
            ? new DeviceNode(path, type == BlockType, *(uint*)(result + 128), *(uint*)(result + 132), mode & PermissionMask, *(uint*)(result + 20), *(uint*)(result + 24))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int Statx(int folder, byte* path, int flags, uint mask, byte* result);
}
