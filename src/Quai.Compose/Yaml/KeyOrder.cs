using System.Globalization;
using System.Text;

namespace Quai.Compose.Yaml;

/// <summary>The order in which go-yaml writes the keys of maps: letters after everything else, numbers by value.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static KeyOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => x == y ? 0 : Less(Runes(x!), Runes(y!)) ? -1 : 1;

    private static Rune[] Runes(string text) => [.. text.EnumerateRunes()];

    private static bool Less(Rune[] a, Rune[] b)
    {
        bool digits = false;
        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            if (a[i] == b[i])
            {
                digits = Rune.IsDigit(a[i]);
                continue;
            }

            bool leftIsLetter = Rune.IsLetter(a[i]), rightIsLetter = Rune.IsLetter(b[i]);
            if (leftIsLetter && rightIsLetter)
            {
                return a[i] < b[i];
            }

            if (leftIsLetter || rightIsLetter)
            {
                return digits ? leftIsLetter : rightIsLetter;
            }

            return LessNumber(a, b, i);
        }

        return a.Length < b.Length;
    }

    private static bool LessNumber(Rune[] a, Rune[] b, int at)
    {
        long left = 0, right = 0;
        if (a[at].Value == '0' || b[at].Value == '0')
        {
            // A zero within a number counts; one before it does not.
            for (int j = at - 1; j >= 0 && Rune.IsDigit(a[j]); j--)
            {
                if (a[j].Value != '0')
                {
                    left = right = 1;
                    break;
                }
            }
        }

        int leftEnd = Digits(a, at, ref left), rightEnd = Digits(b, at, ref right);
        return left != right ? left < right : leftEnd != rightEnd ? leftEnd < rightEnd : a[at] < b[at];
    }

    private static int Digits(Rune[] text, int at, ref long value)
    {
        for (; at < text.Length && Rune.IsDigit(text[at]); at++)
        {
            value = unchecked((value * 10) + CharUnicodeInfo.GetDecimalDigitValue(text[at].ToString(), 0));
        }

        return at;
    }
}
