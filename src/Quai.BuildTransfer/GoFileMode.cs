namespace Quai.BuildTransfer;

/// <summary>A file's kind and permissions as Go has them in 32 bits, in which clients send them, whatever system they are on.</summary>
public static class GoFileMode
{
    private const uint Directory = 1u << 31, Link = 1u << 27, Device = 1u << 26, Pipe = 1u << 25, Socket = 1u << 24, SetUid = 1u << 23, SetGid = 1u << 22,
        CharacterDevice = 1u << 21, Sticky = 1u << 20, Irregular = 1u << 19, Permissions = 0x1ff;

    private const int LinuxSetUid = 0x800, LinuxSetGid = 0x400, LinuxSticky = 0x200;

    /// <summary>The kind; null for one that is known to nobody.</summary>
    public static ContextEntryKind? Kind(uint mode) => (mode & (Directory | Link | Device | Pipe | Socket | CharacterDevice | Irregular)) switch
    {
        0 => ContextEntryKind.File,
        Directory => ContextEntryKind.Directory,
        Link => ContextEntryKind.Link,
        Pipe => ContextEntryKind.Pipe,
        Socket => ContextEntryKind.Socket,
        Device => ContextEntryKind.BlockDevice,
        Device | CharacterDevice => ContextEntryKind.CharacterDevice,
        _ => null,
    };

    /// <summary>The permissions, as Linux has them.</summary>
    public static int Mode(uint mode) =>
        (int)(mode & Permissions) | ((mode & SetUid) != 0 ? LinuxSetUid : 0) | ((mode & SetGid) != 0 ? LinuxSetGid : 0) | ((mode & Sticky) != 0 ? LinuxSticky : 0);

    /// <summary>Kind and permissions, as Go has them.</summary>
    public static uint Of(ContextEntryKind kind, int mode) =>
        ((uint)mode & Permissions) | ((mode & LinuxSetUid) != 0 ? SetUid : 0) | ((mode & LinuxSetGid) != 0 ? SetGid : 0) | ((mode & LinuxSticky) != 0 ? Sticky : 0) | kind switch
        {
            ContextEntryKind.Directory => Directory,
            ContextEntryKind.Link => Link,
            ContextEntryKind.Pipe => Pipe,
            ContextEntryKind.Socket => Socket,
            ContextEntryKind.BlockDevice => Device,
            ContextEntryKind.CharacterDevice => Device | CharacterDevice,
            _ => 0,
        };
}
