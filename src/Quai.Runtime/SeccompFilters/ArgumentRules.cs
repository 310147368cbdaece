using Quai.Linux.Seccomp;

namespace Quai.Runtime.SeccompFilters;

/// <summary>
/// Writes rules that check a call's arguments. A filter sees registers, and the kernel reads only as much of a register as the
/// call's parameter has: an <c>int</c> is its lower half. So each call is decided on what libseccomp compares (whole registers for
/// 64-bit programs, lower halves for the others) and on what the kernel reads, and the stricter decision counts: bits that the kernel
/// will drop change nothing, and nothing passes here that libseccomp would refuse.
/// </summary>
/// <remarks>
/// If the two see the same, as with every legitimate program, only the second is run, which is shorter.
/// </remarks>
internal static class ArgumentRules
{
    private const uint ArgumentsOffset = 16;

    /// <summary>Writes the rules; the first whose conditions all hold decides, otherwise the fallback. Every path ends the filter.</summary>
    /// <param name="writer">The program.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="compared">The widths that libseccomp compares.</param>
    /// <param name="taken">The widths that the kernel reads.</param>
    /// <param name="fallback">What is returned if no rule matches.</param>
    public static void Write(BpfWriter writer, SeccompRule[] rules, ArgumentWidths compared, ArgumentWidths taken, uint fallback)
    {
        int differing = FindDiffering(rules, compared, taken, out bool valuesFit);
        if (differing == 0)
        {
            WriteList(writer, rules, compared, fallback);
            return;
        }

        int agreed = valuesFit ? WriteAgreement(writer, differing, compared, taken) : -1;
        var outcomes = new HashSet<uint>(Array.ConvertAll(rules, rule => rule.Return)) { fallback };
        var undecided = new SortedDictionary<uint, List<int>>();
        WriteList(writer, rules, compared, fallback, first => EndFirst(writer, first, outcomes, undecided));

        // The second decides what the first decision leaves open, kept at least as strict as the first.
        List<int> open = [];
        foreach ((uint first, List<int> jumps) in undecided)
        {
            if (outcomes.All(second => SeccompRule.Stricter(first, second) == second))
            {
                open.AddRange(jumps);
                continue;
            }

            jumps.ForEach(writer.Land);
            WriteList(writer, rules, taken, fallback, second => writer.End(SeccompRule.Stricter(first, second)));
        }

        open.ForEach(writer.Land);
        if (agreed >= 0)
        {
            writer.Land(agreed);
        }

        WriteList(writer, rules, taken, fallback);
    }

    /// <summary>The arguments (as bits) on which the two views can differ, and whether no rule's value has bits that only one of them sees.</summary>
    private static int FindDiffering(SeccompRule[] rules, ArgumentWidths compared, ArgumentWidths taken, out bool valuesFit)
    {
        int differing = 0;
        valuesFit = true;
        foreach (SeccompRule rule in rules)
        {
            foreach (ArgCondition condition in rule.Conditions)
            {
                ArgumentWidths narrow = compared[condition.Index] < taken[condition.Index] ? compared : taken;
                if (compared[condition.Index] == taken[condition.Index])
                {
                    continue;
                }

                bool fits = narrow.Cut(condition.Index, condition.Value) == condition.Value;
                if (condition.Operator == ArgOperator.MaskedEqual && fits && narrow.Cut(condition.Index, condition.Mask) == condition.Mask)
                {
                    // It checks only bits that both have.
                    continue;
                }

                differing |= 1 << condition.Index;
                valuesFit &= fits;
            }
        }

        return differing;
    }

    /// <summary>Writes a jump that is taken if the arguments have no bits that only one view has; otherwise falls through.</summary>
    private static int WriteAgreement(BpfWriter writer, int differing, ArgumentWidths compared, ArgumentWidths taken)
    {
        int start = writer.Position;
        for (int argument = 0; argument < 6; argument++)
        {
            if ((differing & (1 << argument)) == 0)
            {
                continue;
            }

            uint offset = ArgumentsOffset + ((uint)argument * sizeof(ulong));
            if (Math.Max(compared[argument], taken[argument]) == 64)
            {
                writer.Load(offset + sizeof(uint));
                writer.IfEqual(0, 0, BpfWriter.Failed);
            }

            if (Math.Min(compared[argument], taken[argument]) == 16)
            {
                writer.Load(offset);
                writer.Mask(0xffff0000);
                writer.IfEqual(0, 0, BpfWriter.Failed);
            }
        }

        int jump = writer.Skip();
        writer.LandFailures(start);
        return jump;
    }

    private static void EndFirst(BpfWriter writer, uint first, HashSet<uint> outcomes, SortedDictionary<uint, List<int>> undecided)
    {
        if (outcomes.All(second => SeccompRule.Stricter(first, second) == first))
        {
            writer.End(first);
            return;
        }

        if (!undecided.TryGetValue(first, out List<int>? jumps))
        {
            undecided.Add(first, jumps = []);
        }

        jumps.Add(writer.Skip());
    }

    private static void WriteList(BpfWriter writer, SeccompRule[] rules, ArgumentWidths widths, uint fallback) =>
        WriteList(writer, rules, widths, fallback, writer.End);

    private static void WriteList(BpfWriter writer, SeccompRule[] rules, ArgumentWidths widths, uint fallback, Action<uint> end)
    {
        foreach (SeccompRule rule in rules)
        {
            int start = writer.Position;
            foreach (ArgCondition condition in rule.Conditions)
            {
                ArgumentCondition.Write(writer, condition, ArgumentsOffset + ((uint)condition.Index * sizeof(ulong)), widths[condition.Index]);
            }

            end(rule.Return);
            writer.LandFailures(start);
        }

        end(fallback);
    }
}
