namespace Quai.Plugins;

/// <summary>What plugins, or files about them, say, as an error may show it.</summary>
public static class PluginText
{
    /// <summary>The beginning of a text, without what a terminal would obey.</summary>
    public static string Shown(string text, int longest = 80) => new([.. text.Take(longest).Select(c => char.IsControl(c) ? '?' : c)]);
}
