namespace Quai.Runtime.SeccompFilters;

/// <summary>Writes one comparison of one argument: 64 bits in two halves, as BPF's registers have 32, or only the lower 32 or 16.</summary>
internal static class ArgumentCondition
{
    private const byte Failed = BpfWriter.Failed;

    /// <summary>Writes it; if it does not hold, it jumps to where <see cref="BpfWriter.LandFailures"/> lands.</summary>
    /// <param name="writer">The program.</param>
    /// <param name="condition">The comparison. Bits of its value beyond the width are ignored.</param>
    /// <param name="offset">Where the argument's lower half is.</param>
    /// <param name="width">64, 32 or 16.</param>
    public static void Write(BpfWriter writer, in ArgCondition condition, uint offset, int width)
    {
        uint low = (uint)condition.Value, high = (uint)(condition.Value >> 32), bits = uint.MaxValue;
        if (width == 16)
        {
            bits = ushort.MaxValue;
            low &= bits;
        }

        if (condition.Operator == ArgOperator.MaskedEqual)
        {
            if (width == 64)
            {
                WriteMasked(writer, offset + sizeof(uint), (uint)(condition.Mask >> 32), high);
            }

            WriteMasked(writer, offset, (uint)condition.Mask & bits, low);
            return;
        }

        if (width == 64)
        {
            // Two instructions follow for the lower half: a comparison that settles the result here jumps over them.
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
        if (width == 16)
        {
            writer.Mask(bits);
        }

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
