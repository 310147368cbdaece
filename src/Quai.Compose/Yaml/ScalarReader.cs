using System.Globalization;
using System.Text.RegularExpressions;

namespace Quai.Compose.Yaml;

/// <summary>What plain words mean, as go-yaml reads them.</summary>
internal static partial class ScalarReader
{
    /// <summary>The value of a plain word.</summary>
    public static ComposeScalar Read(string text, ComposePlace? place)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return ComposeScalar.Null(place);
            case "true" or "True" or "TRUE":
                return ComposeScalar.Of(true, place);
            case "false" or "False" or "FALSE":
                return ComposeScalar.Of(false, place);
            case ".nan" or ".NaN" or ".NAN":
                return ComposeScalar.Of(double.NaN, place);
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return ComposeScalar.Of(double.PositiveInfinity, place);
            case "-.inf" or "-.Inf" or "-.INF":
                return ComposeScalar.Of(double.NegativeInfinity, place);
        }

        if (!(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
        {
            return ComposeScalar.Of(text, place);
        }

        if (IsDate(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
        {
            string fraction = date.ToString("FFFFFFF", CultureInfo.InvariantCulture);
            string zone = date.Offset == TimeSpan.Zero ? "Z" : date.ToString("zzz", CultureInfo.InvariantCulture);
            return ComposeScalar.Date(date.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + (fraction.Length > 0 ? "." + fraction : "") + zone, place);
        }

        string plain = text.Replace("_", "", StringComparison.Ordinal);
        return Whole(plain) is { } whole ? ComposeScalar.Of(whole, place)
            : FloatPattern().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? ComposeScalar.Of(real, place)
            : ComposeScalar.Of(text, place);
    }

    /// <summary>The value of a word with an explicit tag; null where the tag says nothing about words.</summary>
    public static ComposeScalar? Tagged(string tag, string text, ComposePlace? place) => tag switch
    {
        "tag:yaml.org,2002:str" or "!" => ComposeScalar.Of(text, place),
        "tag:yaml.org,2002:int" or "tag:yaml.org,2002:bool" or "tag:yaml.org,2002:null" => Read(text, place),
        "tag:yaml.org,2002:float" => Read(text, place) is { Kind: ScalarKind.Integer } whole ? ComposeScalar.Of(whole.Float, place) : Read(text, place),
        _ => null,
    };

    /// <summary>Whether a value is what its tag says.</summary>
    public static bool Fits(string tag, ComposeScalar value) => tag switch
    {
        "tag:yaml.org,2002:int" => value.Kind == ScalarKind.Integer,
        "tag:yaml.org,2002:bool" => value.Kind == ScalarKind.Boolean,
        "tag:yaml.org,2002:null" => value.Kind == ScalarKind.Null,
        "tag:yaml.org,2002:float" => value.Kind == ScalarKind.Float,
        _ => true,
    };

    private static long? Whole(string text)
    {
        bool minus = text.StartsWith('-');
        string digits = text.TrimStart('+', '-');
        if (digits.Length == 0 || text.Length - digits.Length > 1)
        {
            return null;
        }

        (string rest, int radix) = digits.Length > 1 && digits[0] == '0'
            ? digits[1] switch
            {
                'x' or 'X' => (digits[2..], 16),
                'b' or 'B' => (digits[2..], 2),
                'o' or 'O' => (digits[2..], 8),
                _ => (digits[1..], 8),
            }
            : (digits, 10);
        ulong value = 0;
        foreach (char c in rest)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix || value > (ulong.MaxValue - (ulong)digit) / (ulong)radix)
            {
                return null;
            }

            value = (value * (ulong)radix) + (ulong)digit;
        }

        return rest.Length == 0 || value > long.MaxValue ? null : minus ? -(long)value : (long)value;
    }

    private static bool IsDate(string text) => text.Length >= 8 && char.IsAsciiDigit(text[0]) && DatePattern().IsMatch(text);

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex FloatPattern();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?( ?Z|Z|[-+][0-9]{1,2}:[0-9]{2})?)?$")]
    private static partial Regex DatePattern();
}
