using System.Globalization;
using Quai.Errors;
using Quai.Linux.Seccomp;
using Quai.Oci.Runtime;

namespace Quai.Runtime.SeccompFilters;

/// <summary>How an argument is compared with a value.</summary>
internal enum ArgOperator
{
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    MaskedEqual,
}

/// <summary>One comparison of one argument. <paramref name="Mask"/> is used by <see cref="ArgOperator.MaskedEqual"/> only.</summary>
internal readonly record struct ArgCondition(int Index, ArgOperator Operator, ulong Value, ulong Mask);

/// <summary>What the filter returns if all conditions hold.</summary>
internal sealed record SeccompRule(uint Return, ArgCondition[] Conditions)
{
    private const uint DefaultErrno = 1;

    /// <summary>The filter's return value for an action's name.</summary>
    public static uint ParseAction(string action, uint? errno)
    {
        uint data = (errno ?? DefaultErrno) & SeccompReturn.DATA;
        return action switch
        {
            "SCMP_ACT_ALLOW" => SeccompReturn.ALLOW,
            "SCMP_ACT_ERRNO" => SeccompReturn.ERRNO | data,
            "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SeccompReturn.KILL_THREAD,
            "SCMP_ACT_KILL_PROCESS" => SeccompReturn.KILL_PROCESS,
            "SCMP_ACT_TRAP" => SeccompReturn.TRAP,
            "SCMP_ACT_TRACE" => SeccompReturn.TRACE | data,
            "SCMP_ACT_LOG" => SeccompReturn.LOG,
            "SCMP_ACT_NOTIFY" => SeccompReturn.USER_NOTIF,
            _ => throw QuaiException.Invalid($"string {action} is not a valid action for seccomp"),
        };
    }

    /// <summary>The stricter of two return values, by the kernel's own order of actions; the first if they are equally strict.</summary>
    public static uint Stricter(uint first, uint second) => (int)(second & ~SeccompReturn.DATA) < (int)(first & ~SeccompReturn.DATA) ? second : first;

    /// <summary>
    /// The rules for an entry's arguments: conditions on different arguments must all hold; if one argument
    /// is named twice, each condition counts separately (as in runc, for profiles written before conditions were joined).
    /// </summary>
    public static SeccompRule[] Parse(SeccompSyscall entry, uint action)
    {
        if (entry.Args is not { Count: > 0 } args)
        {
            return [new SeccompRule(action, [])];
        }

        var conditions = new ArgCondition[args.Count];
        int seen = 0;
        bool repeated = false;
        for (int i = 0; i < conditions.Length; i++)
        {
            conditions[i] = Parse(args[i], entry);
            int bit = 1 << conditions[i].Index;
            repeated |= (seen & bit) != 0;
            seen |= bit;
        }

        return repeated
            ? Array.ConvertAll(conditions, condition => new SeccompRule(action, [condition]))
            : [new SeccompRule(action, conditions)];
    }

    private static ArgCondition Parse(SeccompArg arg, SeccompSyscall entry)
    {
        if (arg.Index > 5)
        {
            throw QuaiException.Invalid(string.Create(CultureInfo.InvariantCulture,
                $"seccomp rule for {string.Join(' ', entry.Names)} has argument index {arg.Index}: system calls have arguments 0 to 5"));
        }

        int index = (int)arg.Index;
        return arg.Op switch
        {
            "SCMP_CMP_NE" => new(index, ArgOperator.NotEqual, arg.Value, 0),
            "SCMP_CMP_LT" => new(index, ArgOperator.Less, arg.Value, 0),
            "SCMP_CMP_LE" => new(index, ArgOperator.LessOrEqual, arg.Value, 0),
            "SCMP_CMP_EQ" => new(index, ArgOperator.Equal, arg.Value, 0),
            "SCMP_CMP_GE" => new(index, ArgOperator.GreaterOrEqual, arg.Value, 0),
            "SCMP_CMP_GT" => new(index, ArgOperator.Greater, arg.Value, 0),
            "SCMP_CMP_MASKED_EQ" => new(index, ArgOperator.MaskedEqual, arg.ValueTwo, arg.Value),
            _ => throw QuaiException.Invalid($"string {arg.Op} is not a valid operator for seccomp"),
        };
    }
}
