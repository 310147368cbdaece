namespace Quai.Linux.Seccomp;

/// <summary>A way to call the kernel, with its own system call numbers.</summary>
public enum SyscallAbi
{
    /// <summary>64-bit programs on x86.</summary>
    X86_64,

    /// <summary>32-bit programs on x86.</summary>
    X86,

    /// <summary>64-bit registers and 32-bit pointers on x86; numbers have bit 30 set.</summary>
    X32,

    /// <summary>64-bit programs on Arm.</summary>
    Arm64,

    /// <summary>32-bit (EABI) programs on Arm.</summary>
    Arm,
}
