namespace Quai.Linux.Kernel;

/// <summary>A processor as ELF names it.</summary>
/// <param name="Number">Its number, <c>EM_…</c>.</param>
/// <param name="Is64Bit">Whether its words have 64 bits.</param>
/// <param name="IsLittleEndian">Whether the lowest byte comes first.</param>
public readonly record struct BinaryMachine(int Number, bool Is64Bit, bool IsLittleEndian);
