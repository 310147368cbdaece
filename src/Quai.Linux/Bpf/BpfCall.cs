using System.Buffers.Binary;
using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Linux.Bpf;

/// <summary>The system call <c>bpf(2)</c>: a command, and a block of attributes that is as long as any command needs.</summary>
internal static unsafe class BpfCall
{
    /// <summary>Bytes of the block.</summary>
    public const int Size = 128;

    /// <summary>The most characters of an object's name.</summary>
    public const int MaximalName = 15;

    /// <summary>Makes the call. Returns its result, or minus the errno.</summary>
    public static int Try(int command, Span<byte> attributes)
    {
        fixed (byte* block = attributes)
        {
            return (int)SystemCall.Waiting(SystemCallNumber.Bpf, command, (long)block, attributes.Length);
        }
    }

    /// <summary>Makes the call.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static int Make(int command, Span<byte> attributes, string what)
    {
        int result = Try(command, attributes);
        return result >= 0 ? result : throw new LinuxException("bpf", -result, what);
    }

    /// <summary>Puts a number of 32 bits into the block.</summary>
    public static void Put(Span<byte> attributes, int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(attributes[offset..], value);

    /// <summary>Puts an address into the block.</summary>
    public static void Put(Span<byte> attributes, int offset, void* address) => BinaryPrimitives.WriteInt64LittleEndian(attributes[offset..], (long)address);

    /// <summary>Puts an object's name into the block.</summary>
    public static void Name(Span<byte> attributes, int offset, string name) => Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, MaximalName)), attributes[offset..]);
}
