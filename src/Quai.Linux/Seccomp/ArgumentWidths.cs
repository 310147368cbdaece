namespace Quai.Linux.Seccomp;

/// <summary>How many bits of each of a call's six arguments count: 64, 32 or 16.</summary>
/// <param name="Packed">Two bits for each argument: 0 for 64, 1 for 32, 2 for 16.</param>
public readonly record struct ArgumentWidths(ushort Packed)
{
    /// <summary>All bits of every argument.</summary>
    public static ArgumentWidths All64 => default;

    /// <summary>The lower half of every argument.</summary>
    public static ArgumentWidths All32 => new(0b01_01_01_01_01_01);

    /// <summary>An argument's width in bits: 64, 32 or 16.</summary>
    public int this[int argument] => 64 >> ((Packed >> (2 * argument)) & 3);

    /// <summary>The value reduced to an argument's width.</summary>
    public ulong Cut(int argument, ulong value) => value & (ulong.MaxValue >> (64 - this[argument]));
}
