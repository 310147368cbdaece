using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>What a profile decides for each system call it names, before numbers come into it.</summary>
/// <param name="fallback">What calls get that it says nothing about.</param>
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

    /// <summary>Adds a rule. Of several without conditions the first counts, and it counts more than any with conditions.</summary>
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

    /// <summary>What a call gets.</summary>
    /// <param name="syscall">The call.</param>
    /// <param name="abi">How it is called.</param>
    /// <param name="rules">Rules to try in order before that; none if it holds whatever the arguments are.</param>
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
    /// The rules of a multiplexer: what the profile says of a call by name holds for it on this way too. Since the call's own arguments
    /// cannot be seen, it gets the strictest of all that they might have made of it, or what the profile says of the multiplexer itself if that is
    /// stricter. What is allowed by name comes last.
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

        // Told that there is no such call, libraries that know the direct one use it, and that one's arguments can be seen.
        return (fallback & ~SeccompReturn.DATA) == SeccompReturn.ERRNO ? SeccompReturn.ERRNO | Enosys : fallback;
    }
}
