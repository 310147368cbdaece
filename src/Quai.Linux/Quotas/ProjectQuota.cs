using System.Buffers.Binary;
using Quai.Linux.Kernel;

namespace Quai.Linux.Quotas;

/// <summary>
/// Project quotas of ext4 and xfs: a folder's files, and those that are created in it later, count for a number (its project), whose bytes are limited.
/// By quotactl_fd(2), which needs no device node, and the ioctls FS_IOC_FSGETXATTR and FS_IOC_FSSETXATTR.
/// </summary>
public static unsafe class ProjectQuota
{
    private const int PRJQUOTA = 2, Q_XGETQUOTA = 0x5803, Q_XSETQLIM = 0x5804, Q_XGETQSTAT = 0x5805;
    private const int FS_QUOTA_PDQ_ENFD = 1 << 5, FS_PROJ_QUOTA = 2, FS_DQ_BSOFT = 1 << 2, FS_DQ_BHARD = 1 << 3;
    private const uint FS_IOC_FSGETXATTR = 0x801C581F, FS_IOC_FSSETXATTR = 0x401C5820, FS_XFLAG_PROJINHERIT = 0x200;
    private const int AttributesSize = 28, ProjectOffset = 12, QuotaSize = 112, StatisticsSize = 80, BlockSize = 512;

    /// <summary>Whether the file system of a folder enforces project quotas.</summary>
    public static bool IsEnforcedOn(FileDescriptor folder)
    {
        Span<byte> statistics = stackalloc byte[StatisticsSize];
        statistics.Clear();
        return Control(folder, Q_XGETQSTAT, 0, statistics) >= 0 && (BinaryPrimitives.ReadUInt16LittleEndian(statistics[2..]) & FS_QUOTA_PDQ_ENFD) != 0;
    }

    /// <summary>Whether nothing counts for a project, nor is it limited.</summary>
    public static bool IsUnused(FileDescriptor folder, uint project)
    {
        Span<byte> quota = stackalloc byte[QuotaSize];
        quota.Clear();
        // Hard limit and blocks in use.
        return Control(folder, Q_XGETQUOTA, project, quota) < 0
            || (BinaryPrimitives.ReadUInt64LittleEndian(quota[8..]) == 0 && BinaryPrimitives.ReadUInt64LittleEndian(quota[40..]) == 0);
    }

    /// <summary>Has a folder and what is created in it from now on count for a project.</summary>
    /// <exception cref="LinuxException">The file system cannot do that.</exception>
    public static void Assign(FileDescriptor folder, uint project)
    {
        byte* attributes = stackalloc byte[AttributesSize];
        new Span<byte>(attributes, AttributesSize).Clear();
        Check(SystemCall.Waiting(SystemCallNumber.Ioctl, folder.Number, FS_IOC_FSGETXATTR, (long)attributes), "ioctl");
        *(uint*)attributes |= FS_XFLAG_PROJINHERIT;
        *(uint*)(attributes + ProjectOffset) = project;
        Check(SystemCall.Waiting(SystemCallNumber.Ioctl, folder.Number, FS_IOC_FSSETXATTR, (long)attributes), "ioctl");
    }

    /// <summary>Limits a project's bytes.</summary>
    /// <param name="folder">A folder of the file system.</param>
    /// <param name="project">The project.</param>
    /// <param name="bytes">The limit; 0 for none.</param>
    /// <exception cref="LinuxException">The file system does not enforce such limits.</exception>
    public static void Limit(FileDescriptor folder, uint project, ulong bytes)
    {
        Span<byte> quota = stackalloc byte[QuotaSize];
        quota.Clear();
        quota[0] = 1;
        quota[1] = FS_PROJ_QUOTA;
        BinaryPrimitives.WriteUInt16LittleEndian(quota[2..], FS_DQ_BHARD | FS_DQ_BSOFT);
        BinaryPrimitives.WriteUInt32LittleEndian(quota[4..], project);
        BinaryPrimitives.WriteUInt64LittleEndian(quota[8..], bytes / BlockSize);
        BinaryPrimitives.WriteUInt64LittleEndian(quota[16..], bytes / BlockSize);
        Check(Control(folder, Q_XSETQLIM, project, quota), "quotactl_fd");
    }

    private static long Control(FileDescriptor folder, int command, uint id, Span<byte> data)
    {
        fixed (byte* d = data)
        {
            return SystemCall.Waiting(SystemCallNumber.QuotactlFd, folder.Number, (uint)((command << 8) | PRJQUOTA), id, (long)d);
        }
    }

    private static void Check(long result, string call)
    {
        if (result < 0)
        {
            throw new LinuxException(call, (int)-result, null);
        }
    }
}
