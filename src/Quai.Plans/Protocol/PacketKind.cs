namespace Quai.Plans.Protocol;

/// <summary>The kind of a packet: the first number of each.</summary>
public enum PacketKind
{
    /// <summary>Connect a client's streams, whose descriptor comes with it, to the container's program.</summary>
    Attach = 1,

    /// <summary>Send a signal to the container's first process.</summary>
    Signal = 2,

    /// <summary>Set a terminal's size.</summary>
    Resize = 3,

    /// <summary>Run a further process. Its plan comes with it as a descriptor, and the client's streams if there is a client.</summary>
    Exec = 4,

    /// <summary>Report what is running. In every version.</summary>
    State = 5,

    /// <summary>Report which versions are understood. In every version from 2 on; a shim of version 1 answers EINVAL, as it does to anything it does not know.</summary>
    Hello = 6,

    /// <summary>Hand out the sockets of the container's name server, over the socket whose descriptor comes with it. A shim that knows none answers EINVAL, as to all that it does not know.</summary>
    NameSockets = 7,

    /// <summary>
    /// Keep the sockets of the container's name server, whose descriptors come with it: the UDP socket's and the TCP socket's. Answered by a plain answer: EEXIST where there are some
    /// already. A shim that knows no such thing answers EINVAL.
    /// </summary>
    KeepNameSockets = 8,

    /// <summary>With this bit, the answer to the request of that kind.</summary>
    Answer = 0x80,

    /// <summary>The container's program has been executed.</summary>
    Started = 0x90,

    /// <summary>A step of the container's start failed.</summary>
    StartFailed = 0x91,

    /// <summary>The container has ended.</summary>
    Exited = 0x92,

    /// <summary>A further process has ended.</summary>
    ExecExited = 0x93,

    /// <summary>The container ran out of memory, so that the kernel kills one of its processes.</summary>
    OutOfMemory = 0x94,
}
