using Quai.Runtime.Specs;
using Xunit;
using static Quai.Linux.Kernel.MountFlags;

namespace Quai.Runtime.Tests.Specs;

/// <summary>What mount options mean to the kernel.</summary>
public sealed class MountOptionsTests
{
    [Theory]
    [InlineData("ro,nosuid", MS_RDONLY | MS_NOSUID, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0ul)]
    [InlineData("ro,rw", 0ul, 0ul, 0ul)]
    [InlineData("nosuid,suid", 0ul, 0ul, MOUNT_ATTR_NOSUID)]
    [InlineData("suid,nosuid", MS_NOSUID, MOUNT_ATTR_NOSUID, 0ul)]
    [InlineData("noatime", MS_NOATIME, MOUNT_ATTR_NOATIME, MOUNT_ATTR_ATIME)]
    [InlineData("noatime,strictatime", MS_NOATIME | MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME)]
    [InlineData("noatime,atime", 0ul, 0ul, MOUNT_ATTR_ATIME)]
    [InlineData("sync,lazytime,async", MS_LAZYTIME, 0ul, 0ul)]
    public void One_mount(string options, ulong flags, ulong set, ulong clear)
    {
        MountOptions parsed = MountOptions.Parse(options.Split(','));
        Assert.Equal((flags, set, clear), (parsed.Flags, parsed.SetAttributes, parsed.ClearAttributes));
    }

    [Theory]
    [InlineData("rro", MOUNT_ATTR_RDONLY, 0ul)]
    [InlineData("rrw", 0ul, MOUNT_ATTR_RDONLY)]
    [InlineData("rnosuid,rnodev", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0ul)]
    [InlineData("rstrictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_ATIME)]
    public void A_whole_tree(string options, ulong set, ulong clear)
    {
        MountOptions parsed = MountOptions.Parse(options.Split(','));
        Assert.Equal((set, clear), (parsed.AllSet, parsed.AllClear));
    }

    [Fact]
    public void Whatever_else_is_the_file_systems()
    {
        MountOptions parsed = MountOptions.Parse(["rbind", "rslave", "ridmap", "size=64k", "mode=755", "remount"]);
        Assert.Equal("size=64k,mode=755", parsed.Data);
        Assert.True(parsed is { Bind: true, Recursive: true, MapsOwners: true, MapsAll: true, Remount: true, Propagation: MS_SLAVE });
    }
}
