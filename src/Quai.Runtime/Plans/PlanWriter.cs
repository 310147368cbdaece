using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Quai.Linux.Kernel;

namespace Quai.Runtime.Plans;

/// <summary>
/// Writes a plan: steps, and the texts and blocks they point at. Beside the block it keeps what each step does, in words,
/// for the error that names the step that failed.
/// </summary>
internal sealed unsafe class PlanWriter
{
    private readonly List<PlanStep> _parent = new(32);
    private readonly List<PlanStep> _child = new(128);
    private readonly List<string> _parentWords = new(32);
    private readonly List<string> _childWords = new(128);

    // Arguments that are pointers: (in the child's list, step, argument).
    private readonly List<(bool Child, int Step, int Argument)> _pointers = new(256);
    private readonly List<int> _dataPointers = new(64);
    private byte[] _data = new byte[16 * 1024];
    private int _used;
    private int _nextSlot = PlanSlot.Dynamic;

    /// <summary>Header fields without pointers; those are set through the methods.</summary>
    public PlanHeader Header;

    private readonly List<(int HeaderOffset, int Data)> _headerPointers = [];

    public PlanWriter()
    {
        Header.Magic = PlanHeader.CurrentMagic;
        Header.CgroupSlot = -1;
        Header.PidNamespaceSlot = -1;
    }

    /// <summary>A slot that nothing else uses; slots are few, so short-lived ones use <see cref="PlanSlot.Scratch"/>.</summary>
    public int NewSlot() => _nextSlot < PlanSlot.Count ? _nextSlot++ : throw new InvalidOperationException("the plan needs too many descriptors");

    /// <summary>Puts a text, ended by a zero, into the block.</summary>
    public Pointer Text(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Span<byte> target = Reserve(length + 1, 1, out int at);
        Encoding.UTF8.GetBytes(text, target);
        target[length] = 0;
        return new Pointer(at);
    }

    /// <summary>Puts bytes into the block.</summary>
    public Pointer Block(ReadOnlySpan<byte> bytes, int alignment = 8)
    {
        Span<byte> target = Reserve(bytes.Length, alignment, out int at);
        bytes.CopyTo(target);
        return new Pointer(at);
    }

    /// <summary>Puts an array of texts, ended by a null pointer, into the block: argv, envp.</summary>
    public Pointer TextArray(IReadOnlyCollection<string> texts)
    {
        int[] offsets = [.. texts.Select(t => Text(t).Data)];
        Span<byte> target = Reserve((offsets.Length + 1) * 8, 8, out int at);
        target.Clear();
        for (int i = 0; i < offsets.Length; i++)
        {
            PutPointer(at + (i * 8), offsets[i]);
        }

        return new Pointer(at);
    }

    /// <summary>Writes, at a place inside a block, a pointer to another.</summary>
    public void PutPointer(int at, int data)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_data.AsSpan(at), data);
        _dataPointers.Add(at);
    }

    /// <summary>Sets a pointer of the header.</summary>
    public void SetHeaderText(string field, string? text)
    {
        if (text is not null)
        {
            _headerPointers.Add(((int)Marshal.OffsetOf<PlanHeader>(field), Text(text).Data));
        }
    }

    /// <summary>Adds a step for the cloning process.</summary>
    public void Parent(string what, Step step) => Add(_parent, _parentWords, child: false, what, step);

    /// <summary>Adds a step for the child.</summary>
    public void Child(string what, Step step) => Add(_child, _childWords, child: true, what, step);

    /// <summary>What a step of <see cref="PlanInterpreter.Outcome.FailedStep"/> does, in words.</summary>
    public string Describe(int failedStep) => failedStep switch
    {
        -1 => "clone the container's first process",
        -2 => "write the id maps",
        >= PlanInterpreter.ChildStepBase => failedStep - PlanInterpreter.ChildStepBase < _childWords.Count ? _childWords[failedStep - PlanInterpreter.ChildStepBase] : "unknown step",
        _ => failedStep < _parentWords.Count ? _parentWords[failedStep] : "unknown step",
    };

    /// <summary>The finished block.</summary>
    public byte[] ToBlock()
    {
        int headerSize = (sizeof(PlanHeader) + 7) & ~7;
        int parentOffset = headerSize;
        int childOffset = parentOffset + (_parent.Count * sizeof(PlanStep));
        int dataOffset = childOffset + (_child.Count * sizeof(PlanStep));
        int relocationsOffset = (dataOffset + _used + 7) & ~7;
        int relocations = _pointers.Count + _dataPointers.Count + _headerPointers.Count;
        byte[] block = new byte[relocationsOffset + (relocations * 4)];
        Header.ParentOffset = parentOffset;
        Header.ParentCount = _parent.Count;
        Header.ChildOffset = childOffset;
        Header.ChildCount = _child.Count;
        Header.RelocationsOffset = relocationsOffset;
        Header.RelocationCount = relocations;
        Header.Size = block.Length;
        MemoryMarshal.Write(block, in Header);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_parent)).CopyTo(block.AsSpan(parentOffset));
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_child)).CopyTo(block.AsSpan(childOffset));
        _data.AsSpan(0, _used).CopyTo(block.AsSpan(dataOffset));

        int next = relocationsOffset;
        void Relocate(int at)
        {
            // Data pointers were kept relative to the data; from here on they are relative to the block.
            long value = BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at));
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(at), value + dataOffset);
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(next), at);
            next += 4;
        }

        int argumentsAt = (int)Marshal.OffsetOf<PlanStep>(nameof(PlanStep.Arguments));
        foreach ((bool child, int step, int argument) in _pointers)
        {
            Relocate((child ? childOffset : parentOffset) + (step * sizeof(PlanStep)) + argumentsAt + (argument * 8));
        }

        foreach (int at in _dataPointers)
        {
            Relocate(dataOffset + at);
        }

        foreach ((int at, int data) in _headerPointers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(at), data);
            Relocate(at);
        }

        return block;
    }

    private void Add(List<PlanStep> steps, List<string> words, bool child, string what, Step step)
    {
        PlanStep flat = default;
        flat.Operation = step.Operation;
        flat.Number = step.Number;
        flat.ResultSlot = step.Result;
        flat.Tolerated = step.Tolerated;
        flat.TolerateAlso = step.TolerateAlso;
        for (int i = 0; i < step.Count; i++)
        {
            Argument argument = step[i];
            flat.Arguments[i] = argument.Value;
            if (argument.Kind == ArgumentKind.Slot)
            {
                flat.SlotMask |= 1 << i;
            }
            else if (argument.Kind == ArgumentKind.Pointer)
            {
                _pointers.Add((child, steps.Count, i));
            }
        }

        steps.Add(flat);
        words.Add(what);
    }

    private Span<byte> Reserve(int length, int alignment, out int at)
    {
        at = (_used + alignment - 1) & -alignment;
        while (at + length > _data.Length)
        {
            Array.Resize(ref _data, _data.Length * 2);
        }

        _used = at + length;
        return _data.AsSpan(at, length);
    }

    /// <summary>A place in the plan's data.</summary>
    internal readonly record struct Pointer(int Data);

    /// <summary>How an argument is to be read.</summary>
    internal enum ArgumentKind
    {
        Number,
        Pointer,
        Slot,
    }

    /// <summary>One argument of a step.</summary>
    internal readonly record struct Argument(ArgumentKind Kind, long Value)
    {
        public static implicit operator Argument(long value) => new(ArgumentKind.Number, value);

        public static implicit operator Argument(Pointer pointer) => new(ArgumentKind.Pointer, pointer.Data);

        /// <summary>The value of a slot.</summary>
        public static Argument Slot(int slot) => new(ArgumentKind.Slot, slot);
    }

    [InlineArray(6)]
    private struct Six
    {
        private Argument _first;
    }

    /// <summary>A step before it is flattened.</summary>
    internal struct Step
    {
        private Six _arguments;

        public PlanOperation Operation;
        public int Number;
        public int Result;
        public int Tolerated;
        public int TolerateAlso;
        public int Count;

        public readonly Argument this[int index] => _arguments[index];

        /// <summary>A step of an operation of the plan's own.</summary>
        public static Step Of(PlanOperation operation, params ReadOnlySpan<Argument> arguments) => Make(operation, 0, arguments);

        /// <summary>A step that is one system call.</summary>
        public static Step Call(int number, params ReadOnlySpan<Argument> arguments) => Make(PlanOperation.SystemCall, number, arguments);

        /// <summary>Keeps the result in a slot.</summary>
        public readonly Step Into(int slot) => this with { Result = slot };

        /// <summary>Errnos that count as success.</summary>
        public readonly Step Tolerating(int errno, int also = 0) => this with { Tolerated = errno, TolerateAlso = also };

        private static Step Make(PlanOperation operation, int number, ReadOnlySpan<Argument> arguments)
        {
            Step step = default;
            step.Operation = operation;
            step.Number = number;
            step.Result = -1;
            step.Count = arguments.Length;
            for (int i = 0; i < arguments.Length; i++)
            {
                step._arguments[i] = arguments[i];
            }

            return step;
        }
    }
}
