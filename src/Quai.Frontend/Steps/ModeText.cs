using Quai.Errors;

namespace Quai.Frontend.Steps;

/// <summary>Modes as COPY has them: octal digits, or as chmod(1) has it, <c>u=rwx,go-w</c>.</summary>
internal static class ModeText
{
    private static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create("rwxXstugo");

    private const int Most = 0xfff; // 07777

    /// <summary>The number of one in octal digits; null for another.</summary>
    public static int? Number(string text) => text.Length is > 0 and <= 10 && !text.AsSpan().ContainsAnyExceptInRange('0', '7') ? (int)Math.Min(Convert.ToInt64(text, 8), int.MaxValue) : null;

    /// <summary>Checks one.</summary>
    /// <exception cref="QuaiException">It is none.</exception>
    public static void Check(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (char.IsAsciiDigit(text[0]))
        {
            if (Number(text) is not <= Most)
            {
                throw QuaiException.Invalid($"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777");
            }

            return;
        }

        foreach (string clause in text.Split(','))
        {
            string rest = clause.TrimStart('u', 'g', 'o', 'a');
            bool any = false;
            while (rest.Length > 0 && rest[0] is '+' or '-' or '=')
            {
                rest = rest[1..];
                int letters = rest.AsSpan().IndexOfAnyExcept(s_letters);
                rest = letters < 0 ? "" : rest[letters..];
                any = true;
            }

            if (!any || rest.Length > 0)
            {
                throw QuaiException.Invalid("invalid syntax");
            }
        }
    }
}
