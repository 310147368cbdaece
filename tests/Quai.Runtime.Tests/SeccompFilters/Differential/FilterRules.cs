using System.Globalization;
using System.Text;
using Quai.Linux.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>One comparison, as libseccomp counts its operators: 1 NE, 2 LT, 3 LE, 4 EQ, 5 GE, 6 GT, 7 MASKED_EQ (A is the mask).</summary>
internal readonly record struct FilterCondition(uint Argument, uint Operator, ulong A, ulong B)
{
    private static readonly string[] s_operators = ["", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];

    public static uint OperatorOf(string name) => (uint)Array.IndexOf(s_operators, name);

    /// <summary>Whether it holds of a value cut to so many bits.</summary>
    public bool Holds(ulong value, int bits)
    {
        ulong cut = ulong.MaxValue >> (64 - bits), a = A & cut, b = B & cut;
        value &= cut;
        return Operator switch
        {
            1 => value != a,
            2 => value < a,
            3 => value <= a,
            4 => value == a,
            5 => value >= a,
            6 => value > a,
            7 => (value & a) == b,
            _ => throw new InvalidOperationException($"operator {Operator}"),
        };
    }
}

/// <summary>One rule for one call: what it gives when all conditions hold.</summary>
internal sealed record FilterRule(uint Action, string Name, FilterCondition[] Conditions);

/// <summary>A profile as the calls to libseccomp that runc makes of it.</summary>
internal sealed record FilterRules(uint Default, uint[] Architectures, FilterRule[] Rules, HashSet<string> Named)
{
    /// <summary>An action's name as libseccomp's number for it, which is the filter's return value.</summary>
    public static uint ActionOf(string name, uint errno) => name switch
    {
        "SCMP_ACT_ALLOW" => 0x7fff0000,
        "SCMP_ACT_LOG" => 0x7ffc0000,
        "SCMP_ACT_TRACE" => 0x7ff00000 | errno,
        "SCMP_ACT_NOTIFY" => 0x7fc00000,
        "SCMP_ACT_ERRNO" => 0x00050000 | errno,
        "SCMP_ACT_TRAP" => 0x00030000,
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => 0x80000000,
        _ => throw new InvalidOperationException(name),
    };

    public static uint ArchitectureOf(string name) => name switch
    {
        "SCMP_ARCH_X86_64" => AuditArch.X86_64,
        "SCMP_ARCH_X86" => AuditArch.I386,
        "SCMP_ARCH_X32" => 0x4000003e,
        _ => throw new InvalidOperationException(name),
    };

    /// <summary>The stricter of two results by the order of seccomp(2); of equally strict ones the first.</summary>
    public static uint Stricter(uint first, uint second)
    {
        uint[] order = [0x80000000, 0, 0x00030000, 0x00050000, 0x7fc00000, 0x7ff00000, 0x7ffc0000, 0x7fff0000];
        return Array.IndexOf(order, second & 0xffff0000) < Array.IndexOf(order, first & 0xffff0000) ? second : first;
    }

    /// <summary>The rules that runc makes of one entry: none for what is the default anyway, and one for each condition when an argument comes twice.</summary>
    public static IEnumerable<FilterRule> Split(string name, uint action, uint fallback, FilterCondition[] conditions)
    {
        if (action == fallback)
        {
            return [];
        }

        return conditions.DistinctBy(condition => condition.Argument).Count() < conditions.Length
            ? conditions.Select(condition => new FilterRule(action, name, [condition]))
            : [new FilterRule(action, name, conditions)];
    }

    /// <summary>As input for <c>libseccomp-export.c</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"default {Default:x}\n");
        foreach (uint architecture in Architectures)
        {
            text.Append(CultureInfo.InvariantCulture, $"arch {architecture:x}\n");
        }

        foreach (FilterRule rule in Rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"rule {rule.Action:x} {rule.Name} {rule.Conditions.Length}");
            foreach (FilterCondition condition in rule.Conditions)
            {
                text.Append(CultureInfo.InvariantCulture, $" {condition.Argument:x} {condition.Operator:x} {condition.A:x} {condition.B:x}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
