namespace Quai.CommandLine;

/// <summary>Booleans as Go, and so every program written in it, parses them (<c>strconv.ParseBool</c>).</summary>
public static class GoBoolean
{
    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
