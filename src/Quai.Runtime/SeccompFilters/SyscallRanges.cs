using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>All 2³² call numbers of one architecture, as ranges with the same outcome; written as a binary search.</summary>
/// <param name="decisions">What the profile says.</param>
/// <param name="fallback">The decision for calls that it does not mention.</param>
/// <param name="unknown">The decision for calls newer than all it names; null for the same.</param>
/// <param name="privateFrom">Numbers from here on say nothing about how new the profile is.</param>
internal sealed class SyscallRanges(SyscallDecisions decisions, uint fallback, uint? unknown, int privateFrom)
{
    private readonly List<Range> _ranges = [];

    /// <summary>A range up to the next one's start: rules to try in order, and a return value.</summary>
    private readonly record struct Range(uint Start, uint Return, SeccompRule[] Rules, ArgumentWidths Compared, ArgumentWidths Taken)
    {
        public Range(uint start, uint result)
            : this(start, result, [], default, default)
        {
        }

        public bool ContinuesWith(in Range next) => Rules.Length == 0 && next.Rules.Length == 0 && Return == next.Return;
    }

    /// <summary>Adds the calls of an ABI, whose numbers begin at an offset.</summary>
    public void Add(SyscallAbi abi, uint offset)
    {
        Span<long> calls = stackalloc long[SyscallTable.Length];
        int count = 0, last = 0;
        bool any = false;
        for (int syscall = 0; syscall < SyscallTable.Length; syscall++)
        {
            int number = SyscallTable.NumberAt(syscall, abi);
            if (number < 0)
            {
                continue;
            }

            if (decisions.IsNamed(syscall) && number < privateFrom)
            {
                last = Math.Max(last, number);
                any = true;
            }

            calls[count++] = ((long)number << 32) | (uint)syscall;
        }

        calls = calls[..count];
        calls.Sort();
        ArgumentWidths compared = abi is SyscallAbi.X86_64 or SyscallAbi.Arm64 ? ArgumentWidths.All64 : ArgumentWidths.All32;
        uint beyond = any && unknown is { } newer ? newer : fallback;
        Append(new Range(offset, fallback));
        uint next = 0;
        foreach (long call in calls)
        {
            uint number = (uint)(call >> 32);
            if (number < next)
            {
                // Two names for one number: the first that the profile decides on has been used.
                continue;
            }

            int syscall = (int)(uint)call;
            uint value = decisions.Of(syscall, abi, out SeccompRule[] rules);
            if (value == fallback && rules.Length == 0)
            {
                continue;
            }

            Fill(next, number);
            Append(new Range(offset + number, value, rules, compared, SyscallArguments.WidthsOf(syscall, abi)));
            next = number + 1;
        }

        Fill(next, uint.MaxValue);

        void Fill(uint from, uint to)
        {
            if (from < to && from <= (uint)last)
            {
                Append(new Range(offset + from, fallback));
            }

            if (to > (uint)last + 1)
            {
                uint start = Math.Max(from, (uint)last + 1);
                if (start < to)
                {
                    Append(new Range(offset + start, beyond));
                }
            }
        }
    }

    /// <summary>Adds the x32 calls above those of x86-64; without them, making one counts as using a foreign architecture.</summary>
    public void AddX32(bool allowed)
    {
        if (allowed)
        {
            Add(SyscallAbi.X32, SyscallTable.X32Bit);
            return;
        }

        Append(new Range(SyscallTable.X32Bit, SeccompReturn.KILL_THREAD));

        // A tracer writes -1 as the number to skip a call.
        Append(new Range(uint.MaxValue, fallback));
    }

    /// <summary>Writes the search; the number must have been loaded. Every path ends the filter.</summary>
    public void Write(BpfWriter writer) => Write(writer, 0, _ranges.Count);

    private void Write(BpfWriter writer, int from, int to)
    {
        if (to - from == 1)
        {
            Range range = _ranges[from];
            ArgumentRules.Write(writer, range.Rules, range.Compared, range.Taken, range.Return);
            return;
        }

        int middle = (from + to) >>> 1;
        int branch = writer.BranchUnlessLess(_ranges[middle].Start);
        Write(writer, from, middle);
        writer.EndBranch(branch);
        Write(writer, middle, to);
    }

    private void Append(in Range range)
    {
        if (_ranges.Count > 0)
        {
            if (_ranges[^1].Start == range.Start)
            {
                _ranges.RemoveAt(_ranges.Count - 1);
            }
        }

        if (_ranges.Count == 0 || !_ranges[^1].ContinuesWith(range))
        {
            _ranges.Add(range);
        }
    }
}
