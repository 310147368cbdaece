using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Quai.Linux.Seccomp;
using Quai.Plans;

namespace Quai.Runtime.Tests.Plans;

/// <summary>A finished plan as text that people read: what each step is for, and the step itself with its texts, numbers and slots.</summary>
internal sealed class PlanText
{
    private static readonly Dictionary<int, string> Calls = Enumerable.Range(0, SyscallTable.Length)
        .Select(i => (Number: SyscallTable.NumberAt(i, SyscallAbi.X86_64), Name: SyscallTable.NameAt(i))).Where(c => c.Number >= 0).ToDictionary(c => c.Number, c => c.Name);

    private static readonly Dictionary<long, string> Slots = typeof(PlanSlot).GetFields()
        .Where(f => f.Name is not (nameof(PlanSlot.Dynamic) or nameof(PlanSlot.Count))).ToDictionary(f => (long)(int)f.GetRawConstantValue()!, f => f.Name);

    private readonly byte[] _block;
    private readonly PlanWriter _plan;
    private readonly PlanHeader _header;
    private readonly HashSet<int> _pointers = [];
    private readonly SortedSet<long> _targets = [];
    private readonly StringBuilder _text = new();

    private PlanText(PlanWriter plan)
    {
        _plan = plan;
        _block = plan.ToBlock();
        _header = MemoryMarshal.Read<PlanHeader>(_block);
        for (int i = 0; i < _header.RelocationCount; i++)
        {
            int at = BinaryPrimitives.ReadInt32LittleEndian(_block.AsSpan(_header.RelocationsOffset + (i * 4)));
            _pointers.Add(at);
            _targets.Add(Word(at));
        }

        _targets.Add(_header.RelocationsOffset);
    }

    public static string Of(PlanWriter plan) => new PlanText(plan).Write();

    private string Write()
    {
        _text.Append(CultureInfo.InvariantCulture, $"plan of version {_header.Version}\n");
        Header("clone flags", _header.CloneFlags == 0 ? null : "0x" + _header.CloneFlags.ToString("x", CultureInfo.InvariantCulture));
        Header("cloned into", _header.CgroupSlot < 0 ? null : Slot(_header.CgroupSlot));
        Header("clones twice", _header.ClonesTwice == 0 ? null : "yes");
        Header("preserved", _header.Preserved == 0 ? null : _header.Preserved.ToString(CultureInfo.InvariantCulture));
        Header("terminal", _header.Terminal == 0 ? null : "yes");
        Header("uid map", HeaderText(nameof(PlanHeader.UidMap)));
        Header("gid map", HeaderText(nameof(PlanHeader.GidMap)));
        Header("out of memory", HeaderText(nameof(PlanHeader.OomPath)));
        Header("rest killed by", HeaderText(nameof(PlanHeader.KillPath)));
        Steps("parent", _header.ParentOffset, _header.ParentCount, 0);
        Steps("child", _header.ChildOffset, _header.ChildCount, PlanInterpreter.ChildStepBase);
        Steps("while it pauses", _header.PauseOffset, _header.PauseCount, PlanInterpreter.HookStepBase);
        Steps("once started", _header.StartedOffset, _header.StartedCount, int.MinValue);
        Steps("once ended", _header.EndedOffset, _header.EndedCount, int.MinValue);
        return _text.ToString();
    }

    private void Header(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        }
    }

    private string? HeaderText(string field)
    {
        int at = (int)Marshal.OffsetOf<PlanHeader>(field);
        return _pointers.Contains(at) ? Quoted(Word(at)) : null;
    }

    private unsafe void Steps(string who, int offset, int count, int number)
    {
        if (count == 0 && number != 0 && number != PlanInterpreter.ChildStepBase)
        {
            return;
        }

        _text.Append(CultureInfo.InvariantCulture, $"\n{who}\n");
        for (int i = 0; i < count; i++)
        {
            int at = offset + (i * sizeof(PlanStep));
            PlanStep step = MemoryMarshal.Read<PlanStep>(_block.AsSpan(at));
            _text.Append(CultureInfo.InvariantCulture, $"  {_plan.Describe(number + i)}\n    ");
            if (step.ResultSlot >= 0)
            {
                _text.Append(Slot(step.ResultSlot)).Append(" = ");
            }

            _text.Append(step.Operation == PlanOperation.SystemCall ? Calls.GetValueOrDefault(step.Number, "?") : step.Operation.ToString()).Append('(');
            int last = 6;
            int arguments = at + (int)Marshal.OffsetOf<PlanStep>(nameof(PlanStep.Arguments));
            while (last > 0 && Word(arguments + ((last - 1) * 8)) == 0 && !_pointers.Contains(arguments + ((last - 1) * 8)) && (step.SlotMask & (1 << (last - 1))) == 0)
            {
                last--;
            }

            for (int a = 0; a < last; a++)
            {
                long value = Word(arguments + (a * 8));
                _text.Append(a > 0 ? ", " : "").Append((step.SlotMask & (1 << a)) != 0 ? Slot(value) : _pointers.Contains(arguments + (a * 8)) ? Pointed(value) : Number(value));
            }

            _text.Append(')');
            _text.Append((step.NoLinks & 1) != 0 ? ", no links" : "").Append((step.NoLinks & 2) != 0 ? ", or the same is there" : "");
            foreach (int errno in (int[])[step.Tolerated, step.TolerateAlso])
            {
                _text.Append(errno != 0 ? $", or {Linux.Errno.Message(errno)}" : "");
            }

            _text.Append('\n');
        }
    }

    private static string Slot(long slot) => "$" + Slots.GetValueOrDefault(slot, slot.ToString(CultureInfo.InvariantCulture));

    private static string Number(long value) => value is > -1000 and < 1000 ? value.ToString(CultureInfo.InvariantCulture) : "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private long Word(int at) => BinaryPrimitives.ReadInt64LittleEndian(_block.AsSpan(at));

    /// <summary>A text, a list of texts, or a block of numbers.</summary>
    private string Pointed(long target)
    {
        int at = (int)target;
        int end = (int)_targets.GetViewBetween(target + 1, long.MaxValue).Min;
        if (_pointers.Contains(at))
        {
            List<string> items = [];
            for (; at < end && _pointers.Contains(at); at += 8)
            {
                items.Add(Quoted(Word(at)));
            }

            return "[" + string.Join(", ", items) + "]";
        }

        ReadOnlySpan<byte> bytes = _block.AsSpan(at..end);
        int zero = bytes.IndexOf((byte)0);
        bool isText = zero >= 0 && !bytes[zero..].ContainsAnyExcept((byte)0) && bytes.Length - zero <= 8 && !bytes[..zero].ContainsAnyInRange((byte)0, (byte)8) && !bytes[..zero].ContainsAnyInRange((byte)127, (byte)255);
        return isText ? Quoted(target)
            : bytes.Length <= 128 ? "<" + Convert.ToHexStringLower(bytes) + ">"
            : $"<{bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}>";
    }

    private string Quoted(long target)
    {
        ReadOnlySpan<byte> bytes = _block.AsSpan((int)target);
        return "\"" + Encoding.UTF8.GetString(bytes[..bytes.IndexOf((byte)0)]).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
    }
}
