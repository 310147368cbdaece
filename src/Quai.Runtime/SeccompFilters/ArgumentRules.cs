namespace Quai.Runtime.SeccompFilters;

/// <summary>Writes rules that look at a call's arguments: 64-bit values, compared in two halves as BPF's registers have 32 bits.</summary>
internal static class ArgumentRules
{
    private const uint ArgumentsOffset = 16;
    private const byte Failed = BpfWriter.Failed;

    /// <summary>Writes the rules one after the other; the first whose conditions all hold decides, else the fallback.</summary>
    /// <param name="writer">The program.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="is32Bit">Whether the ABI's arguments have 32 bits: the upper halves are then not looked at.</param>
    /// <param name="fallback">What is returned when no rule matches.</param>
    public static void Write(BpfWriter writer, SeccompRule[] rules, bool is32Bit, uint fallback)
    {
        foreach (SeccompRule rule in rules)
        {
            int start = writer.Position;
            foreach (ArgCondition condition in rule.Conditions)
            {
                Write(writer, condition, is32Bit);
            }

            writer.End(rule.Return);
            writer.LandFailures(start);
        }

        writer.End(fallback);
    }

    private static void Write(BpfWriter writer, in ArgCondition condition, bool is32Bit)
    {
        uint low = (uint)condition.Value, high = (uint)(condition.Value >> 32);
        uint offset = ArgumentsOffset + ((uint)condition.Index * sizeof(ulong));
        if (condition.Operator == ArgOperator.MaskedEqual)
        {
            if (!is32Bit)
            {
                WriteMasked(writer, offset + sizeof(uint), (uint)(condition.Mask >> 32), high);
            }

            WriteMasked(writer, offset, (uint)condition.Mask, low);
            return;
        }

        if (!is32Bit)
        {
            // Two instructions follow for the lower half: a comparison that settles the matter here jumps over them.
            writer.Load(offset + sizeof(uint));
            switch (condition.Operator)
            {
                case ArgOperator.Equal:
                    writer.IfEqual(high, 0, Failed);
                    break;
                case ArgOperator.NotEqual:
                    writer.IfEqual(high, 0, 2);
                    break;
                case ArgOperator.Greater or ArgOperator.GreaterOrEqual:
                    writer.IfGreater(high, 3, 0);
                    writer.IfEqual(high, 0, Failed);
                    break;
                default:
                    writer.IfGreater(high, Failed, 0);
                    writer.IfEqual(high, 0, 2);
                    break;
            }
        }

        writer.Load(offset);
        switch (condition.Operator)
        {
            case ArgOperator.Equal:
                writer.IfEqual(low, 0, Failed);
                break;
            case ArgOperator.NotEqual:
                writer.IfEqual(low, Failed, 0);
                break;
            case ArgOperator.Greater:
                writer.IfGreater(low, 0, Failed);
                break;
            case ArgOperator.GreaterOrEqual:
                writer.IfGreaterOrEqual(low, 0, Failed);
                break;
            case ArgOperator.Less:
                writer.IfGreaterOrEqual(low, Failed, 0);
                break;
            default:
                writer.IfGreater(low, Failed, 0);
                break;
        }
    }

    private static void WriteMasked(BpfWriter writer, uint offset, uint mask, uint value)
    {
        if (mask == 0 && value == 0)
        {
            return;
        }

        writer.Load(offset);
        if (mask != uint.MaxValue)
        {
            writer.Mask(mask);
        }

        writer.IfEqual(value, 0, Failed);
    }
}
