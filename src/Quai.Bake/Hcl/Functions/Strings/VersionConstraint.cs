using System.Globalization;

namespace Quai.Bake.Hcl.Functions.Strings;

/// <summary>Semantic versions and constraints such as <c>&gt;= 1.2, &lt; 2 || ~3.1</c>.</summary>
internal static class VersionConstraint
{
    /// <summary>Whether a version meets a constraint.</summary>
    public static bool IsMet(string version, string constraint)
    {
        (int[] Numbers, string Pre) given = Parse(version, out _) ?? throw new FunctionException("Invalid Semantic Version");
        bool any = false;
        foreach (string alternative in constraint.Split("||"))
        {
            bool all = true;
            foreach (string one in alternative.Replace(",", " ", StringComparison.Ordinal).Replace("= ", "=", StringComparison.Ordinal).Replace("> ", ">", StringComparison.Ordinal)
                .Replace("< ", "<", StringComparison.Ordinal).Replace("~ ", "~", StringComparison.Ordinal).Replace("^ ", "^", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                all &= MeetsOne(given, one, constraint);
            }

            any |= all;
        }

        return any;
    }

    private static bool MeetsOne((int[] Numbers, string Pre) version, string one, string whole)
    {
        int length = one.TakeWhile(c => "=!<>~^".Contains(c, StringComparison.Ordinal)).Count();
        string sign = one[..length], rest = one[length..];
        (int[] Numbers, string Pre) bound = Parse(rest, out int parts) ?? throw new FunctionException($"improper constraint: {whole}");
        if (version.Pre.Length > 0 && bound.Pre.Length == 0)
        {
            return sign == "!=";
        }

        int order = Compare(version, bound);
        int[] upper = sign switch
        {
            "~" or "~>" => parts <= 1 ? [bound.Numbers[0] + 1, 0, 0] : [bound.Numbers[0], bound.Numbers[1] + 1, 0],
            "^" => bound.Numbers[0] > 0 || parts <= 1 ? [bound.Numbers[0] + 1, 0, 0] : bound.Numbers[1] > 0 || parts == 2 ? [0, bound.Numbers[1] + 1, 0] : [0, 0, bound.Numbers[2] + 1],
            _ => parts == 0 ? [int.MaxValue, 0, 0] : parts == 1 ? [bound.Numbers[0] + 1, 0, 0] : parts == 2 ? [bound.Numbers[0], bound.Numbers[1] + 1, 0] : [bound.Numbers[0], bound.Numbers[1], bound.Numbers[2]],
        };
        bool below = CompareNumbers(version.Numbers, upper) < 0;
        bool equal = parts >= 3 ? order == 0 : order >= 0 && below;
        return sign switch
        {
            "" or "=" or "==" => equal,
            "!=" => !equal,
            ">" => parts >= 3 ? order > 0 : !below,
            ">=" or "=>" => order >= 0,
            "<" => order < 0,
            "<=" or "=<" => order <= 0 || equal,
            "~" or "~>" or "^" => order >= 0 && (below || parts == 0),
            _ => throw new FunctionException($"improper constraint: {whole}"),
        };
    }

    private static (int[] Numbers, string Pre)? Parse(string text, out int parts)
    {
        text = text.Trim().TrimStart('v').Split('+')[0];
        string[] halves = text.Split('-', 2);
        int[] numbers = [0, 0, 0];
        parts = 0;
        foreach (string part in halves[0].Split('.'))
        {
            if (part is "x" or "X" or "*")
            {
                break;
            }

            if (parts == 3 || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[Math.Min(parts, 2)]))
            {
                return null;
            }

            parts++;
        }

        return (numbers, halves.Length > 1 ? halves[1] : "");
    }

    private static int CompareNumbers(int[] a, int[] b)
    {
        for (int i = 0; i < 3; i++)
        {
            if (a[i] != b[i])
            {
                return a[i].CompareTo(b[i]);
            }
        }

        return 0;
    }

    private static int Compare((int[] Numbers, string Pre) a, (int[] Numbers, string Pre) b)
    {
        int order = CompareNumbers(a.Numbers, b.Numbers);
        if (order != 0 || a.Pre == b.Pre)
        {
            return order;
        }

        if (a.Pre.Length == 0 || b.Pre.Length == 0)
        {
            // A version without a label comes after its previews.
            return a.Pre.Length == 0 ? 1 : -1;
        }

        string[] x = a.Pre.Split('.'), y = b.Pre.Split('.');
        for (int i = 0; i < x.Length && i < y.Length; i++)
        {
            bool xIsNumber = ulong.TryParse(x[i], NumberStyles.None, CultureInfo.InvariantCulture, out ulong m), yIsNumber = ulong.TryParse(y[i], NumberStyles.None, CultureInfo.InvariantCulture, out ulong n);
            order = xIsNumber && yIsNumber ? m.CompareTo(n) : xIsNumber != yIsNumber ? (xIsNumber ? -1 : 1) : string.CompareOrdinal(x[i], y[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Length.CompareTo(y.Length);
    }
}
