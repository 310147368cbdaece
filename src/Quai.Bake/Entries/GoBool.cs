namespace Quai.Bake.Entries;

/// <summary>Truth values as Docker's programs read them.</summary>
internal static class GoBool
{
    /// <summary>The value; null where the text is none.</summary>
    public static bool? Parse(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    /// <summary>What is said of a text that is none.</summary>
    public static string Failure(string text) => $"strconv.ParseBool: parsing {Quote.Text(text)}: invalid syntax";
}
