using System.Buffers.Binary;
using Quai.Errors;

namespace Quai.Runtime.SeccompFilters;

/// <summary>Classic BPF being written: instructions as <c>struct sock_filter</c> packed in 64 bits, with jumps patched afterwards.</summary>
internal sealed class BpfWriter
{
    // The codes from linux/bpf_common.h that a filter needs.
    private const ushort LoadWord = 0x20, JumpAlways = 0x05, JumpEqual = 0x15, JumpGreater = 0x25, JumpGreaterOrEqual = 0x35, And = 0x54, Return = 0x06;

    private const int MaxInstructions = 4096;

    private ulong[] _code = new ulong[1024];

    /// <summary>The next instruction's index.</summary>
    public int Position { get; private set; }

    /// <summary>Loads 32 bits of <c>struct seccomp_data</c>.</summary>
    public void Load(uint offset) => Add(LoadWord, 0, 0, offset);

    /// <summary>Masks the loaded value.</summary>
    public void Mask(uint mask) => Add(And, 0, 0, mask);

    /// <summary>Ends the filter.</summary>
    public void End(uint value) => Add(Return, 0, 0, value);

    /// <summary>Compares the loaded value; jumps over the given number of instructions.</summary>
    public void IfEqual(uint value, byte then, byte otherwise) => Add(JumpEqual, then, otherwise, value);

    /// <inheritdoc cref="IfEqual"/>
    public void IfGreater(uint value, byte then, byte otherwise) => Add(JumpGreater, then, otherwise, value);

    /// <inheritdoc cref="IfEqual"/>
    public void IfGreaterOrEqual(uint value, byte then, byte otherwise) => Add(JumpGreaterOrEqual, then, otherwise, value);

    /// <summary>Jumps over what is written between now and <see cref="Land"/>, however much that is.</summary>
    public int Skip()
    {
        Add(JumpAlways, 0, 0, 0);
        return Position - 1;
    }

    /// <summary>Makes a <see cref="Skip"/> end here.</summary>
    public void Land(int skip) => _code[skip] = Encode(JumpAlways, 0, 0, (uint)(Position - skip - 1));

    /// <summary>Writes a comparison that falls through if the loaded value is less than the value, and jumps to where <see cref="EndBranch"/> is called otherwise.</summary>
    public int BranchUnlessLess(uint value)
    {
        Add(JumpGreaterOrEqual, 0, 0, value);
        return Position - 1;
    }

    /// <summary>Makes a <see cref="BranchUnlessLess"/> jump here; a distance that does not fit in a byte gets a long jump.</summary>
    public void EndBranch(int branch)
    {
        int distance = Position - branch - 1;
        uint value = (uint)(_code[branch] >> 32);
        if (distance <= byte.MaxValue)
        {
            _code[branch] = Encode(JumpGreaterOrEqual, (byte)distance, 0, value);
            return;
        }

        // All jumps within the moved part are relative, so moving it by one changes none.
        Add(JumpAlways, 0, 0, 0);
        Array.Copy(_code, branch + 1, _code, branch + 2, distance);
        _code[branch] = Encode(JumpGreaterOrEqual, 0, 1, value);
        _code[branch + 1] = Encode(JumpAlways, 0, 0, (uint)distance);
    }

    /// <summary>Makes comparisons written with <see cref="Failed"/> as a target jump here.</summary>
    public void LandFailures(int from)
    {
        for (int i = from; i < Position; i++)
        {
            ulong instruction = _code[i];
            byte distance = (byte)(Position - i - 1);
            if ((byte)(instruction >> 16) == Failed && IsComparison(instruction))
            {
                instruction = (instruction & ~0xff0000ul) | ((ulong)distance << 16);
            }

            if ((byte)(instruction >> 24) == Failed && IsComparison(instruction))
            {
                instruction = (instruction & ~0xff000000ul) | ((ulong)distance << 24);
            }

            _code[i] = instruction;
        }
    }

    /// <summary>A target that <see cref="LandFailures"/> fills in. No rule is as long as that.</summary>
    public const byte Failed = byte.MaxValue;

    /// <summary>The program.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Position * sizeof(ulong)];
        for (int i = 0; i < Position; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), _code[i]);
        }

        return bytes;
    }

    private static bool IsComparison(ulong instruction) => (ushort)instruction is JumpEqual or JumpGreater or JumpGreaterOrEqual;

    private static ulong Encode(ushort code, byte then, byte otherwise, uint value) =>
        code | ((ulong)then << 16) | ((ulong)otherwise << 24) | ((ulong)value << 32);

    private void Add(ushort code, byte then, byte otherwise, uint value)
    {
        if (Position == _code.Length)
        {
            if (Position == MaxInstructions)
            {
                throw QuaiException.Invalid($"the seccomp profile is too large: it makes a filter of more than {MaxInstructions} instructions");
            }

            Array.Resize(ref _code, _code.Length * 2);
        }

        _code[Position++] = Encode(code, then, otherwise, value);
    }
}
