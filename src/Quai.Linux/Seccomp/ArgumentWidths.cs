namespace Quai.Linux.Seccomp;

/// <summary>How many bits of a call's six arguments count: 64, 32 or 16 of each.</summary>
/// <param name="Packed">Two bits for each argument: 0 for 64, 1 for 32, 2 for 16.</param>
public readonly record struct ArgumentWidths(ushort Packed)
{
    /// <summary>All of all of them.</summary>
    public static ArgumentWidths All64 => default;

    /// <summary>The lower half of all of them.</summary>
    public static ArgumentWidths All32 => new(0b01_01_01_01_01_01);

    /// <summary>An argument's bits: 64, 32 or 16.</summary>
    public int this[int argument] => 64 >> ((Packed >> (2 * argument)) & 3);

    /// <summary>What is left of a value in an argument.</summary>
    public ulong Cut(int argument, ulong value) => value & (ulong.MaxValue >> (64 - this[argument]));
}
