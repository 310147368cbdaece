namespace Quai.Linux.Seccomp;

/// <summary>
/// The names and numbers of Linux's system calls, up to Linux 6.18. All of it is constant data in the program's image:
/// nothing is built or allocated at start.
/// </summary>
public static partial class SyscallTable
{
    private const int Abis = 5;

    /// <summary>The bit that marks x32 numbers.</summary>
    public const uint X32Bit = 0x40000000;

    /// <summary>The number of names; an index is below it.</summary>
    public static int Length => Count;

    /// <summary>The index of a name, or -1 if no architecture here has such a call.</summary>
    public static int IndexOf(ReadOnlySpan<char> name)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = Compare(name, NameBytes(middle));
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return -1;
    }

    /// <summary>The name at an index.</summary>
    public static string NameAt(int index) => System.Text.Encoding.ASCII.GetString(NameBytes(index));

    /// <summary>A call's number, or -1 if the architecture does not have it. x32 numbers come without <see cref="X32Bit"/>.</summary>
    public static int NumberAt(int index, SyscallAbi abi) => Numbers[(index * Abis) + (int)abi];

    private static ReadOnlySpan<byte> NameBytes(int index) => Names[Offsets[index]..Offsets[index + 1]];

    private static int Compare(ReadOnlySpan<char> name, ReadOnlySpan<byte> other)
    {
        int shorter = Math.Min(name.Length, other.Length);
        for (int i = 0; i < shorter; i++)
        {
            int difference = name[i] - other[i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return name.Length - other.Length;
    }
}
