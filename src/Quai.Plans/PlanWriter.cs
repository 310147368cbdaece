using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Quai.Errors;
using Quai.Linux.Kernel;

namespace Quai.Plans;

/// <summary>
/// Writes a plan: steps, and the strings and blocks they point at. Next to the block it keeps what each step does, in words,
/// for the error that names the step that failed.
/// </summary>
public sealed unsafe class PlanWriter
{
    private readonly PlanSteps _parent = new(32), _child = new(128), _pause = new(0), _started = new(0), _ended = new(0);

    // Arguments that are pointers: (list, step, argument).
    private readonly List<(PlanSteps Steps, int Step, int Argument)> _pointers = new(256);
    private readonly List<int> _dataPointers = new(64);
    private byte[] _data = new byte[16 * 1024];
    private int _used;
    private int _nextSlot = PlanSlot.Dynamic;

    /// <summary>Header fields without pointers; those are set through the methods.</summary>
    public PlanHeader Header;

    private readonly List<(int HeaderOffset, int Data)> _headerPointers = [];

    private readonly int _newest;
    private int _version = PlanVersions.Oldest;

    /// <summary>What to say if the log's server cannot be reached (<see cref="PlanInterpreter.LogServer"/>).</summary>
    public string LogFailure { get; private set; } = "";

    /// <summary>Begins a plan.</summary>
    /// <param name="newest">The newest version known to whatever runs it.</param>
    public PlanWriter(int newest = PlanVersions.Current)
    {
        _newest = newest;
        Header.CgroupSlot = -1;
    }

    /// <summary>Has the program killed when the last daemon has gone.</summary>
    /// <exception cref="PlanVersionException">The target does not know that.</exception>
    public void EndWithDaemon()
    {
        Header.EndsWithDaemon = 1;
        Require(PlanVersions.EndsWithDaemon, "end with the daemon");
    }

    /// <summary>Says what there is to know of the log besides its file.</summary>
    /// <param name="log">A <see cref="Logging.LogPlan"/> in the block.</param>
    /// <param name="failure">What to say if its server cannot be reached.</param>
    /// <exception cref="PlanVersionException">The target does not know that.</exception>
    public void SetLog(Pointer log, string failure)
    {
        LogFailure = failure;
        _headerPointers.Add(((int)Marshal.OffsetOf<PlanHeader>(nameof(PlanHeader.Log)), log.Data));
        Require(PlanVersions.LogPlan, "log to a server");
    }

    /// <summary>A slot that nothing else uses; slots are few, so short-lived ones use <see cref="PlanSlot.Scratch"/>.</summary>
    public int NewSlot() => _nextSlot < PlanSlot.Count ? _nextSlot++ : throw new InvalidOperationException("the plan needs too many descriptors");

    /// <summary>Puts a zero-terminated string into the block.</summary>
    /// <exception cref="QuaiException">It contains a zero: the kernel would read less than what was checked.</exception>
    public Pointer Text(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw QuaiException.Invalid($"\"{text.Replace("\0", "\\0", StringComparison.Ordinal)}\" has a zero byte in it");
        }

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

    /// <summary>Puts an array of strings, ended by a null pointer, into the block: argv, envp.</summary>
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

    /// <summary>Sets what is sent with a filter's listener.</summary>
    /// <param name="state">The document.</param>
    /// <param name="pids">Where it has room for the process's number.</param>
    public void SetListenerState(ReadOnlySpan<byte> state, (int First, int Second) pids)
    {
        _headerPointers.Add(((int)Marshal.OffsetOf<PlanHeader>(nameof(PlanHeader.ListenerState)), Block(state).Data));
        (Header.ListenerStateLength, Header.ListenerPidAt, Header.ListenerOtherPidAt) = (state.Length, pids.First, pids.Second);
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
    /// <exception cref="PlanVersionException">The target does not know that step.</exception>
    public void Parent(string what, Step step) => Add(_parent, what, step);

    /// <summary>Adds a step for the child.</summary>
    /// <exception cref="PlanVersionException">The target does not know that step.</exception>
    public void Child(string what, Step step) => Add(_child, what, step);

    /// <summary>Adds a hook that the cloning process runs while its child pauses.</summary>
    /// <exception cref="PlanVersionException">The target does not know hooks.</exception>
    public void WhilePaused(string what, Step hook) => AddHook(_pause, what, hook);

    /// <summary>Adds a hook that the cloning process runs once the program has been started.</summary>
    /// <exception cref="PlanVersionException">The target does not know hooks.</exception>
    public void OnceStarted(string what, Step hook) => AddHook(_started, what, hook);

    /// <summary>Adds a hook that the cloning process runs once the program has ended.</summary>
    /// <exception cref="PlanVersionException">The target does not know hooks.</exception>
    public void OnceEnded(string what, Step hook) => AddHook(_ended, what, hook);

    /// <summary>Has the child able to wait for the cloning process on its way.</summary>
    /// <exception cref="PlanVersionException">The target does not know that.</exception>
    public void Pauses()
    {
        Header.Pauses = 1;
        Require(PlanVersions.Hooks, "wait for the runtime");
    }

    /// <summary>What a step of <see cref="PlanInterpreter.Outcome.FailedStep"/> does, in words.</summary>
    public string Describe(int failedStep) => failedStep switch
    {
        -1 => "clone the container's first process",
        -2 => "write the id maps",
        PlanInterpreter.ListenerStep => "pass on the system call filter's listener",
        PlanInterpreter.LeavingProgram => "take the runtime's own program out of reach",
        >= PlanInterpreter.HookStepBase => _pause.Describe(failedStep - PlanInterpreter.HookStepBase),
        >= PlanInterpreter.ChildStepBase => _child.Describe(failedStep - PlanInterpreter.ChildStepBase),
        _ => _parent.Describe(failedStep),
    };

    /// <summary>The finished block.</summary>
    public byte[] ToBlock()
    {
        int headerSize = (sizeof(PlanHeader) + 7) & ~7;
        int end = headerSize;
        int Place(PlanSteps steps)
        {
            steps.Offset = end;
            end += steps.All.Count * sizeof(PlanStep);
            return steps.Offset;
        }

        Header.ParentOffset = Place(_parent);
        Header.ChildOffset = Place(_child);
        Header.PauseOffset = Place(_pause);
        Header.StartedOffset = Place(_started);
        Header.EndedOffset = Place(_ended);
        int dataOffset = end;
        int relocationsOffset = (dataOffset + _used + 7) & ~7;
        int relocations = _pointers.Count + _dataPointers.Count + _headerPointers.Count;
        byte[] block = new byte[relocationsOffset + (relocations * 4)];
        Header.Magic = PlanHeader.MagicOf(_version);
        Header.ParentCount = _parent.All.Count;
        Header.ChildCount = _child.All.Count;
        Header.PauseCount = _pause.All.Count;
        Header.StartedCount = _started.All.Count;
        Header.EndedCount = _ended.All.Count;
        Header.RelocationsOffset = relocationsOffset;
        Header.RelocationCount = relocations;
        Header.Size = block.Length;
        MemoryMarshal.Write(block, in Header);
        foreach (PlanSteps steps in (ReadOnlySpan<PlanSteps>)[_parent, _child, _pause, _started, _ended])
        {
            MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(steps.All)).CopyTo(block.AsSpan(steps.Offset));
        }

        _data.AsSpan(0, _used).CopyTo(block.AsSpan(dataOffset));

        int next = relocationsOffset;
        void Relocate(int at)
        {
            // Data pointers were relative to the data; from here on they are relative to the block.
            long value = BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(at));
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(at), value + dataOffset);
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(next), at);
            next += 4;
        }

        int argumentsAt = (int)Marshal.OffsetOf<PlanStep>(nameof(PlanStep.Arguments));
        foreach ((PlanSteps steps, int step, int argument) in _pointers)
        {
            Relocate(steps.Offset + (step * sizeof(PlanStep)) + argumentsAt + (argument * 8));
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

    private void Require(int version, string what)
    {
        _version = Math.Max(_version, version);
        if (_version > _newest)
        {
            throw new PlanVersionException(what, _version, _newest);
        }
    }

    private void AddHook(PlanSteps steps, string what, Step hook)
    {
        Pauses();
        Add(steps, what, hook);
    }

    private void Add(PlanSteps steps, string what, Step step)
    {
        Require(PlanVersions.Of(step.Operation), what);
        PlanStep flat = default;
        flat.Operation = step.Operation;
        flat.Number = step.Number;
        flat.ResultSlot = step.Result;
        flat.Tolerated = step.Tolerated;
        flat.TolerateAlso = step.TolerateAlso;
        flat.NoLinks = (step.NoLinks ? 1 : 0) | (step.MustMatch ? 2 : 0);
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
                _pointers.Add((steps, steps.All.Count, i));
            }
        }

        steps.All.Add(flat);
        steps.Words.Add(what);
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
    public readonly record struct Pointer(int Data);

    /// <summary>How an argument is to be interpreted.</summary>
    public enum ArgumentKind
    {
        /// <summary>As it is.</summary>
        Number,

        /// <summary>A place in the plan's data.</summary>
        Pointer,

        /// <summary>A slot's number, for its value.</summary>
        Slot,
    }

    /// <summary>One argument of a step.</summary>
    public readonly record struct Argument(ArgumentKind Kind, long Value)
    {
        /// <summary>A number.</summary>
        public static implicit operator Argument(long value) => new(ArgumentKind.Number, value);

        /// <summary>The address of something in the plan's data.</summary>
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
    public struct Step
    {
        private Six _arguments;

        /// <summary>What it does.</summary>
        public PlanOperation Operation;

        /// <summary>For <see cref="PlanOperation.SystemCall"/>: which call.</summary>
        public int Number;

        /// <summary>The slot that takes the result, or -1.</summary>
        public int Result;

        /// <summary>An errno that counts as success, or 0.</summary>
        public int Tolerated;

        /// <summary>Another, or 0.</summary>
        public int TolerateAlso;

        /// <summary>Whether no link is followed.</summary>
        public bool NoLinks;

        /// <summary>Whether what is there already must be the same.</summary>
        public bool MustMatch;

        /// <summary>How many arguments it has.</summary>
        public int Count;

        /// <summary>An argument.</summary>
        public readonly Argument this[int index] => _arguments[index];

        /// <summary>A step with one of the plan's own operations.</summary>
        public static Step Of(PlanOperation operation, params ReadOnlySpan<Argument> arguments) => Make(operation, 0, arguments);

        /// <summary>A step that is one system call.</summary>
        public static Step Call(int number, params ReadOnlySpan<Argument> arguments) => Make(PlanOperation.SystemCall, number, arguments);

        /// <summary>Keeps the result in a slot.</summary>
        public readonly Step Into(int slot) => this with { Result = slot };

        /// <summary>Errnos that count as success.</summary>
        public readonly Step Tolerating(int errno, int also = 0) => this with { Tolerated = errno, TolerateAlso = also };

        /// <summary>Follows no link on its way.</summary>
        public readonly Step FollowingNoLinks(bool none) => this with { NoLinks = none };

        /// <summary>Leaves what is there already, if it is the same, and fails otherwise.</summary>
        public readonly Step Matching(bool must) => this with { MustMatch = must };

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
