using System.Globalization;
using System.Text;

namespace Quai.Build.RemoteCaches.Objects;

/// <summary>Names of objects as they stand in addresses and in signatures, which must agree to the letter.</summary>
internal static class ObjectNames
{
    /// <summary>A name, whose slashes stay.</summary>
    public static string Encode(string name) => Encode(name, keepsSlashes: true);

    /// <summary>A name or value of a query.</summary>
    public static string EncodeValue(string text) => Encode(text, keepsSlashes: false);

    private static string Encode(string text, bool keepsSlashes)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' || (c == '/' && keepsSlashes))
            {
                encoded.Append(c);
            }
            else
            {
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }
}
