using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>What a profile decides for each system call it names, before numbers come into it.</summary>
internal sealed class SyscallDecisions
{
    private readonly SeccompRule?[] _always = new SeccompRule?[SyscallTable.Length];
    private readonly List<SeccompRule>?[] _sometimes = new List<SeccompRule>?[SyscallTable.Length];
    private readonly bool[] _named = new bool[SyscallTable.Length];
    private readonly Dictionary<int, List<SeccompRule>> _multiplexed = [];

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

        if (X86Multiplexer.Find(syscall, out int multiplexer, out ulong call))
        {
            // The one call's own arguments are in memory where a filter cannot see them: only which call it is can be told.
            var which = new ArgCondition(0, ArgOperator.Equal, call, 0);
            ArgCondition[] others = Array.FindAll(rule.Conditions, condition => condition.Index != 0);
            if (!_multiplexed.TryGetValue(multiplexer, out List<SeccompRule>? rules))
            {
                _multiplexed.Add(multiplexer, rules = []);
            }

            rules.Add(new SeccompRule(rule.Return, [which, .. others]));
        }
    }

    /// <summary>Whether the profile names a call.</summary>
    public bool IsNamed(int syscall) => _named[syscall];

    /// <summary>The rule of a call that holds whatever its arguments are, or null.</summary>
    public SeccompRule? AlwaysOf(int syscall) => _always[syscall];

    /// <summary>The rules with conditions of a call in the order to try them; null when there is none.</summary>
    public SeccompRule[]? RulesOf(int syscall, SyscallAbi abi)
    {
        List<SeccompRule>? rules = _sometimes[syscall];
        if (abi == SyscallAbi.X86 && _multiplexed.TryGetValue(syscall, out List<SeccompRule>? multiplexed))
        {
            return rules is null ? [.. multiplexed] : [.. rules, .. multiplexed];
        }

        return rules?.ToArray();
    }
}
