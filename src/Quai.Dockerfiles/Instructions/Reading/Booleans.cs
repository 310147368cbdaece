namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Yes and no, as Go reads them.</summary>
public static class Booleans
{
    /// <summary>Reads one; false where it is none.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
