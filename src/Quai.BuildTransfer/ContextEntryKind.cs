namespace Quai.BuildTransfer;

/// <summary>What a file of a client's directory is.</summary>
public enum ContextEntryKind
{
    /// <summary>A regular file, or another name of one.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A named pipe.</summary>
    Pipe,

    /// <summary>A device of characters.</summary>
    CharacterDevice,

    /// <summary>A device of blocks.</summary>
    BlockDevice,

    /// <summary>A socket; it is not kept.</summary>
    Socket,
}
