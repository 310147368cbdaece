using System.Globalization;
using Quai.Errors;

namespace Quai.Runtime.Specs;

/// <summary>Lists of processors or memory nodes as the kernel writes them: <c>0-3,7</c>.</summary>
internal static class NumberList
{
    private const int Most = 8192;

    /// <summary>The list as a mask: bit n of it is number n; its length is a multiple of eight bytes.</summary>
    /// <param name="what">What the list is, for the error.</param>
    /// <param name="text">The list.</param>
    /// <exception cref="QuaiException">It is not one.</exception>
    public static byte[] MaskOf(string what, string text)
    {
        byte[] mask = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Trim().Split('-');
            if (ends.Length > 2 || !TryRead(ends[0], out int first) || !TryRead(ends[^1], out int last) || last < first)
            {
                throw QuaiException.Invalid($"{what} \"{text}\" is not a list such as 0-3,7 of numbers below {Most}");
            }

            Array.Resize(ref mask, Math.Max(mask.Length, ((last / 64) + 1) * 8));
            for (int number = first; number <= last; number++)
            {
                mask[number / 8] |= (byte)(1 << (number % 8));
            }
        }

        return mask;
    }

    private static bool TryRead(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;
}
