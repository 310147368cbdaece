using Quai.Linux.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>
/// What a filter must give at least, so that a profile's rules hold of what the kernel does: a plain reading of the rules, with arguments as
/// wide as the kernel takes them, and with the calls that 32-bit x86's multiplexers stand for.
/// </summary>
internal sealed class KernelView
{
    private const uint RefusedUnseen = SeccompReturn.ERRNO | 38;

    private readonly FilterRules _rules;
    private readonly Dictionary<string, FilterRule[]> _byName;
    private readonly Dictionary<(SyscallAbi, long), (string Name, ArgumentWidths Widths)> _conditional = [];

    public KernelView(FilterRules rules)
    {
        _rules = rules;

        // Rules without conditions go before those with.
        _byName = rules.Rules.GroupBy(rule => rule.Name).ToDictionary(group => group.Key, group => group.OrderBy(rule => rule.Conditions.Length == 0 ? 0 : 1).ToArray());
        foreach (string name in _byName.Where(entry => entry.Value[0].Conditions.Length > 0).Select(entry => entry.Key))
        {
            int syscall = SyscallTable.IndexOf(name);
            foreach (SyscallAbi abi in (SyscallAbi[])[SyscallAbi.X86_64, SyscallAbi.X86, SyscallAbi.X32])
            {
                if (syscall >= 0 && SyscallTable.NumberAt(syscall, abi) is >= 0 and int number)
                {
                    _conditional[(abi, number)] = (name, SyscallArguments.WidthsOf(syscall, abi));
                }
            }
        }
    }

    /// <summary>How often libseccomp's program did not do what the rules say.</summary>
    public long Contradictions { get; private set; }

    /// <summary>The ABI and the number there of a call that a filter is asked about.</summary>
    public static (SyscallAbi Abi, long Number)? Identify(uint architecture, uint number) => architecture switch
    {
        AuditArch.X86_64 when (number & SyscallTable.X32Bit) == 0 => (SyscallAbi.X86_64, number),
        AuditArch.X86_64 => (SyscallAbi.X32, number & ~SyscallTable.X32Bit),
        AuditArch.I386 => (SyscallAbi.X86, number),
        _ => null,
    };

    /// <summary>Whether a call stands for others. Of several rules that refuse one of these, libseccomp's choice of the error number is its own.</summary>
    public static bool IsMultiplexer(uint architecture, uint number) => architecture == AuditArch.I386 && number is (102 or 117);

    /// <summary>What must come out where libseccomp gives <paramref name="theirs"/>, and the reason when that is something else.</summary>
    public uint Require(uint architecture, uint number, ReadOnlySpan<ulong> arguments, uint theirs, out string? reason)
    {
        reason = null;
        if (Identify(architecture, number) is not { } call)
        {
            return theirs;
        }

        if (call is (SyscallAbi.X86, 102 or 117))
        {
            return RequireMultiplexed(call.Number == 102 ? "socketcall" : "ipc", arguments, theirs, out reason);
        }

        if (!_conditional.TryGetValue(call, out (string Name, ArgumentWidths Widths) rule) || IsOff(call.Abi))
        {
            return theirs;
        }

        // Several rules with ordered comparisons of 64 bits for one call are merged wrongly by libseccomp now and then: what the rules say counts.
        uint words = Evaluate(rule.Name, arguments, call.Abi == SyscallAbi.X86_64 ? ArgumentWidths.All64 : ArgumentWidths.All32);
        if (words != theirs)
        {
            Contradictions++;
            theirs = words;
            reason = $"{call.Abi}: libseccomp contradicts the rules";
        }

        uint required = FilterRules.Stricter(theirs, Evaluate(rule.Name, arguments, rule.Widths));
        if (required != theirs)
        {
            reason = $"{call.Abi} {rule.Name}: the kernel takes {string.Join('/', Enumerable.Range(0, 6).Select(i => rule.Widths[i]))} bits of its arguments, and the profile refuses what it takes";
        }

        return required;
    }

    /// <summary>The rules about a number, to understand a failure.</summary>
    public IEnumerable<string> RulesOf(uint architecture, uint number) =>
        from rule in _rules.Rules
        where Identify(architecture, number) is { } call && SyscallTable.IndexOf(rule.Name) is >= 0 and int syscall && SyscallTable.NumberAt(syscall, call.Abi) == call.Number
        select $"{rule.Action:x} {string.Join(" and ", rule.Conditions.Select(c => $"{c.Argument} op {c.Operator} {c.A:x} {c.B:x}"))}";

    private bool IsOff(SyscallAbi abi) => abi switch
    {
        SyscallAbi.X86 => !_rules.Architectures.Contains(AuditArch.I386),
        SyscallAbi.X32 => !_rules.Architectures.Contains(0x4000003eu),
        _ => false,
    };

    /// <summary>A call through a multiplexer: never more than the strictest that the profile has for the call by name, if it names it.</summary>
    private uint RequireMultiplexed(string multiplexer, ReadOnlySpan<ulong> arguments, uint theirs, out string? reason)
    {
        reason = null;
        string name = Multiplexed.Name(multiplexer, (uint)arguments[0]);
        ulong[] own = arguments.ToArray();
        if (!_rules.Named.Contains(name) || IsOff(SyscallAbi.X86))
        {
            return theirs;
        }

        uint strictest = StrictestOf(name);
        if (_byName.GetValueOrDefault(multiplexer, []).FirstOrDefault(rule => Holds(rule, own, ArgumentWidths.All32)) is { } match)
        {
            strictest = FilterRules.Stricter(strictest, match.Action);
        }

        if (FilterRules.Stricter(theirs, strictest) == theirs)
        {
            return theirs;
        }

        reason = $"X86 {multiplexer} {name}: its arguments are in memory or in another order, so it gets the strictest that the profile has for {name}";
        return strictest;
    }

    private uint StrictestOf(string name)
    {
        FilterRule[] rules = _byName.GetValueOrDefault(name, []);
        if (rules.Length == 0 || rules[0].Conditions.Length == 0)
        {
            return rules.Length == 0 ? _rules.Default : rules[0].Action;
        }

        uint strictest = rules.Select(rule => rule.Action).Aggregate(FilterRules.Stricter);
        return FilterRules.Stricter(strictest, _rules.Default) == strictest ? strictest
            : (_rules.Default & 0xffff0000) == SeccompReturn.ERRNO ? RefusedUnseen : _rules.Default;
    }

    private uint Evaluate(string name, ReadOnlySpan<ulong> arguments, ArgumentWidths widths)
    {
        foreach (FilterRule rule in _byName[name])
        {
            if (Holds(rule, arguments, widths))
            {
                return rule.Action;
            }
        }

        return _rules.Default;
    }

    private static bool Holds(FilterRule rule, ReadOnlySpan<ulong> arguments, ArgumentWidths widths)
    {
        foreach (FilterCondition condition in rule.Conditions)
        {
            if (!condition.Holds(arguments[(int)condition.Argument], widths[(int)condition.Argument]))
            {
                return false;
            }
        }

        return true;
    }
}
