namespace Quai.Runtime.SeccompFilters;

/// <summary>A compiled filter, ready for <c>seccomp(SECCOMP_SET_MODE_FILTER, flags, …)</c>.</summary>
/// <param name="Bpf">An array of <c>struct sock_filter</c>, 8 bytes each, little-endian; at most 4096 of them.</param>
/// <param name="Flags">The call's flags: see <see cref="Linux.Seccomp.SeccompFlags"/>.</param>
/// <param name="NeedsListener">Whether some call is notified to a supervisor: the call then returns a descriptor for it.</param>
public sealed record SeccompProgram(byte[] Bpf, uint Flags, bool NeedsListener)
{
    /// <summary>How many instructions it has.</summary>
    public int InstructionCount => Bpf.Length / 8;
}
