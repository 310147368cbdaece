namespace Quai.Bake.Definitions;

/// <summary>The names of targets.</summary>
internal static class TargetName
{
    /// <summary>Whether it consists of ASCII letters, digits, underscores and hyphens.</summary>
    public static bool IsValid(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>With underscores for dots, which services may have in their names.</summary>
    public static string Sanitize(string name) => name.Replace('.', '_');
}
