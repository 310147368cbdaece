using System.Runtime.InteropServices;

namespace Quai.Linux.Bpf;

/// <summary>
/// Writes an eBPF program. Registers are numbered as the kernel numbers them: 0 for results, 1 to 5 for arguments, which calls clobber, 6 to 9 kept, 10 the frame.
/// A label may be gone to before it is placed.
/// </summary>
public sealed class BpfAssembler
{
    private const int LoadWord = 0x61, LoadOctet = 0x71, LoadDouble = 0x79, StoreWord = 0x63, StoreDouble = 0x7b, MoveRegister = 0xbf, MoveNumber = 0xb7, AddNumber = 0x07, AndNumber = 0x57;
    private const int LoadWide = 0x18, JumpEqual = 0x15, JumpUnequal = 0x55, JumpUnequalWord = 0x56, JumpUnequalRegister = 0x5d, CallHelper = 0x85, ExitProgram = 0x95, PseudoMap = 1;

    private readonly List<ulong> _code = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<(int At, string Label)> _jumps = [];

    /// <summary>to = the 32 bits at address + offset.</summary>
    public BpfAssembler Load(int to, int address, int offset) => Emit(LoadWord, to, address, offset, 0);

    /// <summary>to = the byte at address + offset.</summary>
    public BpfAssembler LoadByte(int to, int address, int offset) => Emit(LoadOctet, to, address, offset, 0);

    /// <summary>to &amp;= number.</summary>
    public BpfAssembler And(int to, int number) => Emit(AndNumber, to, 0, 0, number);

    /// <summary>to = the 64 bits at address + offset.</summary>
    public BpfAssembler LoadLong(int to, int address, int offset) => Emit(LoadDouble, to, address, offset, 0);

    /// <summary>The 32 bits at address + offset = from.</summary>
    public BpfAssembler Store(int address, int offset, int from) => Emit(StoreWord, address, from, offset, 0);

    /// <summary>The 64 bits at address + offset = from.</summary>
    public BpfAssembler StoreLong(int address, int offset, int from) => Emit(StoreDouble, address, from, offset, 0);

    /// <summary>to = from.</summary>
    public BpfAssembler Move(int to, int from) => Emit(MoveRegister, to, from, 0, 0);

    /// <summary>to = number.</summary>
    public BpfAssembler Set(int to, int number) => Emit(MoveNumber, to, 0, 0, number);

    /// <summary>to = number of 64 bits.</summary>
    public BpfAssembler SetLong(int to, ulong number) => Emit(LoadWide, to, 0, 0, (int)(uint)number).Emit(0, 0, 0, 0, (int)(uint)(number >> 32));

    /// <summary>to = a map, for a helper.</summary>
    public BpfAssembler SetMap(int to, BpfMap map) => Emit(LoadWide, to, PseudoMap, 0, map.Descriptor.Number).Emit(0, 0, 0, 0, 0);

    /// <summary>to += number.</summary>
    public BpfAssembler Add(int to, int number) => Emit(AddNumber, to, 0, 0, number);

    /// <summary>Goes to a label if a register has a value: all 64 bits, of which a negative number fills the upper ones.</summary>
    public BpfAssembler IfIs(int register, int number, string label) => Jump(JumpEqual, register, 0, number, label);

    /// <summary>Goes to a label if a register has another value, of 64 bits likewise.</summary>
    public BpfAssembler IfIsNot(int register, int number, string label) => Jump(JumpUnequal, register, 0, number, label);

    /// <summary>Goes to a label if the lower 32 bits of a register are not these.</summary>
    public BpfAssembler IfWordIsNot(int register, int number, string label) => Jump(JumpUnequalWord, register, 0, number, label);

    /// <summary>Goes to a label if two registers differ.</summary>
    public BpfAssembler IfDiffer(int register, int other, string label) => Jump(JumpUnequalRegister, register, other, 0, label);

    /// <summary>Calls one of the kernel's helpers.</summary>
    public BpfAssembler Call(int helper) => Emit(CallHelper, 0, 0, 0, helper);

    /// <summary>Ends the program with the result in register 0.</summary>
    public BpfAssembler Exit() => Emit(ExitProgram, 0, 0, 0, 0);

    /// <summary>Places a label.</summary>
    public BpfAssembler Label(string label)
    {
        _labels.Add(label, _code.Count);
        return this;
    }

    /// <summary>The instructions.</summary>
    public byte[] Finish()
    {
        foreach ((int at, string label) in _jumps)
        {
            _code[at] |= (ulong)(ushort)(short)(_labels[label] - at - 1) << 16;
        }

        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_code)).ToArray();
    }

    private BpfAssembler Jump(int opcode, int register, int other, int number, string label)
    {
        _jumps.Add((_code.Count, label));
        return Emit(opcode, register, other, 0, number);
    }

    private BpfAssembler Emit(int opcode, int target, int source, int offset, int immediate)
    {
        _code.Add((byte)opcode | ((ulong)(byte)(target | (source << 4)) << 8) | ((ulong)(ushort)(short)offset << 16) | ((ulong)(uint)immediate << 32));
        return this;
    }
}
