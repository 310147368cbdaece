using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>What a profile decides for each system call it names, before numbers are assigned.</summary>
/// <param name="fallback">The decision for calls that it does not mention.</param>
internal sealed class SyscallDecisions(uint fallback)
{
    private const uint Enosys = 38;

    private readonly SeccompRule?[] _always = new SeccompRule?[SyscallTable.Length];
    private readonly List<SeccompRule>?[] _sometimes = new List<SeccompRule>?[SyscallTable.Length];
    private readonly bool[] _named = new bool[SyscallTable.Length];

    /// <summary>
    /// Remembers that the profile knows a call, whatever it decides about it: <c>ENOSYS</c> is only for calls that are newer than
    /// all the known ones.
    /// </summary>
    public void Name(int syscall) => _named[syscall] = true;

    /// <summary>Adds a rule. Of several without conditions the first counts, and it takes precedence over any with conditions.</summary>
    public void Add(int syscall, SeccompRule rule)
    {
        if (rule.Conditions.Length == 0)
        {
            _always[syscall] ??= rule;
        }
        else
        {
            (_sometimes[syscall] ??= []).Add(rule);
        }
    }

    /// <summary>Whether the profile names a call.</summary>
    public bool IsNamed(int syscall) => _named[syscall];

    /// <summary>The decision for a call.</summary>
    /// <param name="syscall">The call.</param>
    /// <param name="abi">How it is called.</param>
    /// <param name="rules">Rules to try in order first; none if the decision does not depend on arguments.</param>
    public uint Of(int syscall, SyscallAbi abi, out SeccompRule[] rules)
    {
        uint? always = _always[syscall]?.Return;
        rules = always is null && _sometimes[syscall] is { } own ? [.. own] : [];
        if (abi == SyscallAbi.X86 && X86Multiplexer.CallsOf(syscall) is { Length: > 0 } calls)
        {
            rules = WithCalls(syscall, calls, always, rules);
        }

        return always ?? fallback;
    }

    /// <summary>
    /// The rules of a multiplexer: what the profile says about a call by name also applies to it this way. Since the call's own arguments
    /// cannot be seen, it gets the strictest of all decisions that they could lead to, or the profile's decision about the multiplexer itself if that is
    /// stricter. Calls allowed by name come last.
    /// </summary>
    private SeccompRule[] WithCalls(int multiplexer, ReadOnlySpan<(int Syscall, uint Number)> calls, uint? always, SeccompRule[] own)
    {
        List<SeccompRule> restricted = [], granted = [];
        uint otherwise = always ?? fallback;
        foreach ((int syscall, uint number) in calls)
        {
            if (!_named[syscall])
            {
                continue;
            }

            uint value = StrictestOf(syscall);
            if (value == SeccompReturn.ALLOW)
            {
                if (always is null)
                {
                    granted.Add(new(value, [X86Multiplexer.Asks(number)]));
                }

                continue;
            }

            ArgCondition inAnyForm = X86Multiplexer.AsksInAnyForm(multiplexer, number);
            foreach (SeccompRule rule in own)
            {
                restricted.Add(new(SeccompRule.Stricter(value, rule.Return), [inAnyForm, .. rule.Conditions]));
            }

            if (SeccompRule.Stricter(otherwise, value) != otherwise)
            {
                restricted.Add(new(value, [inAnyForm]));
            }
            else if (always is null)
            {
                restricted.Add(new(value, [X86Multiplexer.Asks(number)]));
            }
        }

        return restricted.Count + granted.Count == 0 ? own : [.. restricted, .. own, .. granted];
    }

    private uint StrictestOf(int syscall)
    {
        if (_always[syscall] is { } rule)
        {
            return rule.Return;
        }

        if (_sometimes[syscall] is not { } rules)
        {
            return fallback;
        }

        uint strictest = rules[0].Return;
        foreach (SeccompRule other in rules)
        {
            strictest = SeccompRule.Stricter(strictest, other.Return);
        }

        if (SeccompRule.Stricter(strictest, fallback) == strictest)
        {
            return strictest;
        }

        // Given ENOSYS, libraries that know the direct call use it, and its arguments can be seen.
        return (fallback & ~SeccompReturn.DATA) == SeccompReturn.ERRNO ? SeccompReturn.ERRNO | Enosys : fallback;
    }
}
