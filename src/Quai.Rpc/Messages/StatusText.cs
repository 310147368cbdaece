using System.Globalization;
using System.Text;

namespace Quai.Rpc.Messages;

/// <summary>The text of <c>grpc-message</c>: UTF-8 of which what is not printable ASCII is written as <c>%XX</c>.</summary>
internal static class StatusText
{
    /// <summary>How many bytes details of a failure may have.</summary>
    public const int LongestDetails = 32 << 10;

    private const int Longest = 8 << 10;

    /// <summary>The text, or its beginning and its end, where the reason is.</summary>
    public static string Shortened(string text) => text.Length <= Longest ? text : $"{text[..(Longest / 2)]} [...] {text[^(Longest / 2)..]}";

    /// <summary>Writes it.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and < 0x7f and not (byte)'%')
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return escaped.ToString();
    }
}
