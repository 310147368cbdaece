namespace Quai.Linux.Seccomp;

/// <summary>
/// How much of each argument the kernel reads, from the declarations of its system calls. A filter sees 64-bit registers; an
/// <c>int</c> is the lower half of one, and anything above it is dropped after the filter has decided.
/// </summary>
public static partial class SyscallArguments
{
    private const int Bits32 = 0xfff;

    /// <summary>The widths that the kernel reads of a call's arguments.</summary>
    /// <param name="syscall">The call, as an index of <see cref="SyscallTable"/>.</param>
    /// <param name="abi">How it is called. 32-bit programs use the old form of some calls, with 16-bit users and groups.</param>
    public static ArgumentWidths WidthsOf(int syscall, SyscallAbi abi)
    {
        uint packed = Widths[syscall];
        return new ArgumentWidths((ushort)(abi is SyscallAbi.X86 or SyscallAbi.Arm ? packed >> 12 : packed & Bits32));
    }
}
