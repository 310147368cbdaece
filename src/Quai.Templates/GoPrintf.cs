using System.Globalization;
using System.Text;

namespace Quai.Templates;

/// <summary>Go's <c>printf</c> for the values that templates know.</summary>
internal static class GoPrintf
{
    /// <summary>Formats as <c>fmt.Sprintf</c>, with Go's markers for wrong, missing and extra arguments.</summary>
    public static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var text = new StringBuilder();
        int used = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            if (++i >= format.Length)
            {
                text.Append("%!(NOVERB)");
                break;
            }

            bool left = false, zero = false, plus = false, sharp = false, space = false;
            for (; i < format.Length && format[i] is '-' or '0' or '+' or '#' or ' '; i++)
            {
                left |= format[i] == '-';
                zero |= format[i] == '0';
                plus |= format[i] == '+';
                sharp |= format[i] == '#';
                space |= format[i] == ' ';
            }

            int? width = Number(format, ref i, arguments, ref used);
            if (width < 0)
            {
                (left, width) = (true, -width);
            }

            int? precision = null;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = Number(format, ref i, arguments, ref used) ?? 0;
            }

            if (i >= format.Length)
            {
                text.Append("%!(NOVERB)");
                break;
            }

            char verb = format[i];
            if (verb == '%')
            {
                text.Append('%');
                continue;
            }

            if (used >= arguments.Count)
            {
                text.Append("%!").Append(verb).Append("(MISSING)");
                continue;
            }

            string shown = Verb(verb, arguments[used++], precision, plus, sharp, space, out bool numeric);
            if (width is { } w && shown.Length < w)
            {
                bool pad = zero && !left && numeric;
                bool signed = pad && shown.Length > 0 && shown[0] is '-' or '+';
                shown = left ? shown.PadRight(w) : pad ? (signed ? shown[..1] + shown[1..].PadLeft(w - 1, '0') : shown.PadLeft(w, '0')) : shown.PadLeft(w);
            }

            text.Append(shown);
        }

        if (used < arguments.Count)
        {
            text.Append("%!(EXTRA ");
            for (int i = used; i < arguments.Count; i++)
            {
                text.Append(i == used ? "" : ", ").Append(arguments[i] is null ? "<nil>" : GoText.TypeName(arguments[i]) + "=" + GoText.Show(arguments[i]));
            }

            text.Append(')');
        }

        return text.ToString();
    }

    /// <summary>The largest width and precision that Go accepts.</summary>
    private const int MaximumWidth = 1_000_000;

    private static int? Number(string format, ref int i, IReadOnlyList<object?> arguments, ref int used)
    {
        if (i < format.Length && format[i] == '*')
        {
            i++;
            return used < arguments.Count && arguments[used++] is long n and >= -MaximumWidth and <= MaximumWidth ? (int)n : null;
        }

        int start = i;
        while (i < format.Length && char.IsAsciiDigit(format[i]))
        {
            i++;
        }

        if (i == start)
        {
            return null;
        }

        if (int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= MaximumWidth)
        {
            return number;
        }

        // As in Go, what comes after a number that is too large is not read.
        i = format.Length;
        return null;
    }

    private static string Verb(char verb, object? value, int? precision, bool plus, bool sharp, bool space, out bool numeric)
    {
        numeric = value is long or double;
        string sign = value is long and >= 0 or double and >= 0 ? (plus ? "+" : space ? " " : "") : "";
        switch (verb)
        {
            case 'v':
                return value is string && sharp ? GoText.Quote((string)value) : sign + GoText.Show(value);
            case 's' when value is not (long or double or bool or null):
                return Cut(GoText.Show(value), precision);
            case 'q' when value is string text:
                return GoText.Quote(Cut(text, precision));
            case 'q' when value is GoList list:
                return "[" + string.Join(' ', list.Items.Select(x => x is string s ? GoText.Quote(s) : GoText.Show(x))) + "]";
            case 't' when value is bool:
                return GoText.Show(value);
            case 'd' when value is long n:
                return sign + n.ToString(CultureInfo.InvariantCulture);
            case 'x' or 'X' when value is long n:
                string hex = ((ulong)(n < 0 ? -n : n)).ToString("x", CultureInfo.InvariantCulture);
                return (n < 0 ? "-" : sign) + (sharp ? "0x" : "") + (verb == 'X' ? hex.ToUpperInvariant() : hex);
            case 'x' or 'X' when value is string raw:
                return verb == 'x' ? Convert.ToHexStringLower(Encoding.UTF8.GetBytes(raw)) : Convert.ToHexString(Encoding.UTF8.GetBytes(raw));
            case 'o' when value is long n:
                return sign + Convert.ToString(n, 8);
            case 'b' when value is long n:
                return sign + Convert.ToString(n, 2);
            case 'c' when value is long n && Rune.TryCreate((int)n, out Rune rune):
                return rune.ToString();
            case 'U' when value is long n:
                return "U+" + n.ToString("X4", CultureInfo.InvariantCulture);
            case 'f' or 'F' when value is double real:
                return sign + real.ToString("F" + (precision ?? 6), CultureInfo.InvariantCulture);
            case 'e' when value is double real:
                string text2 = real.ToString("e" + (precision ?? 6), CultureInfo.InvariantCulture);
                int mark = text2.IndexOf('e', StringComparison.Ordinal);
                return sign + text2[..(mark + 2)] + text2[(mark + 2)..].TrimStart('0').PadLeft(2, '0');
            case 'g' when value is double real:
                return sign + GoText.ShowFloat(real);
            case 'T':
                return value is null ? "<nil>" : GoText.TypeName(value);
            default:
                return value is null ? $"%!{verb}(<nil>)" : $"%!{verb}({GoText.TypeName(value)}={GoText.Show(value)})";
        }
    }

    private static string Cut(string text, int? precision) => precision is { } p && p < text.Length ? text[..p] : text;
}
